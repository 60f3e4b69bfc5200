// SPDX-License-Identifier: Apache-2.0
// Where JPEG, WebP and PNG keep what they say about colours. Tested by colour_test.cpp.
#pragma once

#include "colour/colour_source.h"
#include "decode/internal/byte_reader.h"

namespace albumen {

/// ICC.1:2010, B.4: the profile in up to 255 numbered parts, in APP2 segments of any order before
/// the first scan.
ColourSource jpeg_colour(ByteSpan bytes);

/// The ICCP chunk.
ColourSource webp_colour(ByteSpan bytes);

/// PNG specification, third edition, 11.3.2: sRGB before iCCP before gAMA and cHRM, where they
/// stand before the pixels.
ColourSource png_colour(ByteSpan bytes);

}  // namespace albumen
