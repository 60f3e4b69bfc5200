// SPDX-License-Identifier: Apache-2.0
// One LZ4 frame (lz4_Frame_format.md, version 1) to bytes, by liblz4, with a limit on the result.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace albumen {

/// The content of the single frame that `file` is. Errors: TooLarge when it unpacks to more than
/// `limit`, Truncated when the frame does not end, Corrupt when it is broken or bytes follow it.
Result<std::vector<std::byte>> unpack_lz4_frame(std::span<const std::byte> file, Bytes limit);

}  // namespace albumen
