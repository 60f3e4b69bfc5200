// SPDX-License-Identifier: Apache-2.0
// What a sensor saw, for the RAW files that have no JPEG to show: LibRaw where the program was
// built with it (raw.cpp), else a refusal (no_raw.cpp). Both throw LoadFailure.
#pragma once

#include <cstddef>
#include <span>

#include "decode/longtail/protocol.h"
#include "vips_image.h"

namespace albumen {

/// Size and orientation; nothing is developed.
LongtailAnswer read_raw_header(std::span<const std::byte> file);

/// 8-bit sRGB as the camera lay: its white balance, no further brightening.
Image develop(std::span<const std::byte> file);

}  // namespace albumen
