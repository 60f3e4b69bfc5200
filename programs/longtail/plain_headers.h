// SPDX-License-Identifier: Apache-2.0
// Headers of the formats that ImageMagick decodes: it would decode the whole picture to tell its
// size. Both throw LoadFailure.
#pragma once

#include <cstddef>
#include <span>

#include "decode/longtail/protocol.h"

namespace albumen {

/// Alpha is left out: few programs write one, and many write zeros there.
LongtailAnswer read_bmp_header(std::span<const std::byte> file);

LongtailAnswer read_psd_header(std::span<const std::byte> file);

}  // namespace albumen
