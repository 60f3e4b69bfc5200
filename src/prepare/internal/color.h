// SPDX-License-Identifier: Apache-2.0
// Colour arithmetic on rows, strips and small pictures. Integers only: the same bytes on every
// processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/image_view.h"
#include "prepare/frame_spec.h"

namespace albumen::internal {

/// Three planes with kFineBits, each value 0 to 255 levels, aligned to 64.
struct YccFine {
  const std::int16_t* y = nullptr;
  const std::int16_t* cb = nullptr;
  const std::int16_t* cr = nullptr;
};

/// JFIF full range (ITU-T T.871, section 7) to RGB, within 0.6 levels of the exact conversion:
/// planes [columns][kStripLines] to `rgb` [columns][3][kStripLines], aligned to 64.
void ycc_to_rgb(std::uint8_t* rgb, const YccFine& ycc, std::size_t columns);

/// Rounds `count` values with kFineBits, a multiple of kStripLines, both aligned to 64.
void round_fine(std::uint8_t* out, const std::int16_t* fine, std::size_t count);

/// Rec. 601 luma, the Y of JFIF. REQUIRES: equal sizes, 1 channel out, 3 in.
void rgb_to_luma(MutableImageView gray, ImageView rgb);

/// Copies grey into all three channels. REQUIRES: equal sizes, 3 channels out, 1 in.
void gray_to_rgb(MutableImageView rgb, ImageView gray);

inline constexpr Rgb8 kWhite{.red = 255, .green = 255, .blue = 255};

/// Straight alpha over a colour, on the stored (gamma-encoded) values as browsers do, rounded.
/// REQUIRES: equal sizes, 3 channels out, 4 in.
void rgba_over(MutableImageView rgb, ImageView rgba, Rgb8 background);

/// Colours times alpha, rounded. REQUIRES: equal sizes, 4 channels.
void premultiply(MutableImageView out, ImageView rgba);

/// Back to straight alpha, rounded to nearest; what is wholly transparent becomes black. In place.
/// REQUIRES: whole pixels of 4 channels.
void unpremultiply(std::span<std::uint8_t> rgba);

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
