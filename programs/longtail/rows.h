// SPDX-License-Identifier: Apache-2.0
// From whatever libvips loaded to rows of 8-bit sRGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "decode/longtail/protocol.h"
#include "vips_image.h"

namespace albumen {

/// What a loaded picture's bands mean, and how many the rows will have.
struct Bands {
  VipsInterpretation space = VIPS_INTERPRETATION_sRGB;
  int colours = 3;  ///< of the picture
  bool alpha = false;

  [[nodiscard]] int wanted() const { return alpha ? 4 : (colours == 1 ? 1 : 3); }

  [[nodiscard]] int kept() const { return colours + (alpha ? 1 : 0); }
};

/// Throws LoadFailure where nothing says what the bands are.
Bands bands_of(VipsImage* image);

/// Of the colour profile inside; 0: none.
std::uint32_t profile_bytes_of(VipsImage* image);

/// Converts, shrinks and writes `image`, whose bands mean `bands`, as `request` asks. Throws
/// LoadFailure, also where the rows do not fit into `out`.
void write_rows(Image image, const Bands& bands, const LongtailRequest& request,
                std::span<std::uint8_t> out);

}  // namespace albumen
