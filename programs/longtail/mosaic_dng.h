// SPDX-License-Identifier: Apache-2.0
// Writes a RAW that has no JPEG to show, as digital cameras without a screen did.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace albumen {

/// Red, green or blue (0 to 2) at a pixel, 0 to 255 on sRGB's curve.
using ColourAt = std::function<double(std::size_t colour, std::uint32_t x, std::uint32_t y)>;

/// DNG 1.4: one strip of a mosaic of red, green, green and blue, 16 bits each without compression,
/// of a camera whose colours are those of sRGB.
std::vector<std::byte> mosaic_dng(std::uint32_t width, std::uint32_t height,
                                  const ColourAt& colour_at);

}  // namespace albumen
