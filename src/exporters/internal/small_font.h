// SPDX-License-Identifier: Apache-2.0
// A 5 x 7 alphabet for contact sheets, drawn for albumen: capitals, digits and a little
// punctuation, so that no font file has to be found at run time.
#pragma once

#include <array>
#include <cstdint>

namespace albumen {

inline constexpr std::uint32_t kGlyphWidth = 5;
inline constexpr std::uint32_t kGlyphHeight = 7;

/// Rows from top to bottom, bit 4 the leftmost pixel.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

/// The glyph of an ASCII character (small letters as capitals); a box for all others.
const Glyph& glyph_of(char character);

}  // namespace albumen
