// SPDX-License-Identifier: Apache-2.0
// libvips behind three calls. Whatever it throws up ends here as a LoadFailure in words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "decode/longtail/protocol.h"
#include "load_failure.h"

namespace albumen {

/// Starts libvips: one thread, no cache, no code made at run time, and of its loaders only those of
/// LongtailFormat. False when it does not start.
bool start_loaders(const char* program);

/// The header, as the fields of a probe's answer. Throws LoadFailure.
LongtailAnswer read_header(LongtailFormat format, std::span<const std::byte> file);

/// Decodes to rows of 8-bit sRGB, in stored orientation, boxes of request.shrink averaged to one
/// pixel, and returns the header. Throws LoadFailure, also when the picture is not the one that
/// the request describes. `out` has request.pixel_bytes.
LongtailAnswer decode_rows(const LongtailRequest& request, std::span<const std::byte> file,
                           std::span<std::uint8_t> out);

/// bit_of each format whose tiny picture came out right. Makes every library load what it loads at
/// first use.
std::uint32_t warm_up_loaders();

}  // namespace albumen
