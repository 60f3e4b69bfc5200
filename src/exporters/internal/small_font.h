// SPDX-License-Identifier: Apache-2.0
// A 5 x 7 alphabet for contact sheets, drawn for albumen: capitals, digits and a little
// punctuation, so that no font file has to be found at run time. Tested by contact_sheet_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace albumen {

inline constexpr std::uint32_t kGlyphWidth = 5;
inline constexpr std::uint32_t kGlyphHeight = 7;

/// Rows from top to bottom, bit 4 the leftmost pixel.
using Glyph = std::array<std::uint8_t, kGlyphHeight>;

/// `text` (UTF-8) in ASCII, for `glyph_of`: Latin letters with marks (U+00C0 to U+017F, and the
/// Romanian S and T with a comma) as their base letters, ligatures as two, typographic quotes,
/// dashes and spaces as plain ones, combining marks not at all. Each other character, and each byte
/// that belongs to none, becomes one kNoGlyph.
std::string in_alphabet(std::string_view text);

/// Drawn as a box.
inline constexpr char kNoGlyph = '\x7F';

/// The glyph of an ASCII character (small letters as capitals); a box for all others.
const Glyph& glyph_of(char character);

}  // namespace albumen
