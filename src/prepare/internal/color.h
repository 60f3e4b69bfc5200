// SPDX-License-Identifier: Apache-2.0
// Colour arithmetic on rows and small pictures. Integers only: the same bytes on every processor.
#pragma once

#include "core/image_view.h"

namespace albumen::internal {

/// Three planes of one size.
struct YccPlanes {
  ImageView y;
  ImageView cb;
  ImageView cr;
};

/// JFIF full range (ITU-T T.871, section 7) to RGB, within 1 level of the exact conversion.
/// REQUIRES: equal sizes, 3 channels out.
void ycc_to_rgb(MutableImageView rgb, const YccPlanes& ycc);

/// Rec. 601 luma, the Y of JFIF. REQUIRES: equal sizes, 1 channel out, 3 in.
void rgb_to_luma(MutableImageView gray, ImageView rgb);

/// Copies grey into all three channels. REQUIRES: equal sizes, 3 channels out, 1 in.
void gray_to_rgb(MutableImageView rgb, ImageView gray);

/// Straight alpha over white, on the stored (gamma-encoded) values as browsers do, rounded.
/// REQUIRES: equal sizes, 3 channels out, 4 in.
void rgba_over_white(MutableImageView rgb, ImageView rgba);

/// Rectangle of `view`; REQUIRES: it lies inside.
template <class Byte>
BasicImageView<Byte> part_of(BasicImageView<Byte> view, std::uint32_t x, std::uint32_t y,
                             Size size) {
  ALBUMEN_DCHECK(x + size.width <= view.width() && y + size.height <= view.height());
  const std::size_t offset =
      (y * view.stride_bytes()) + (std::size_t{x} * static_cast<std::size_t>(view.channels()));
  return {view.data() + offset, size, view.channels(), view.stride_bytes()};
}

}  // namespace albumen::internal
