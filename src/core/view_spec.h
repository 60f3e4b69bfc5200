// SPDX-License-Identifier: Apache-2.0
// What an analyzer wants to see of a picture.
#pragma once

#include <cstdint>

namespace albumen {

enum class ViewLayout : std::uint8_t {
  kGray8,  ///< one channel: Rec. 601 luma, full range (JFIF's Y)
  kRgb8,   ///< three interleaved channels, sRGB
  /// Not resized: whatever scale the decode came out at, at least as large as asked; for cutting
  /// small regions at the best resolution that was paid for.
  kDecoded,
};

/// Shape of a resize's filter. All are widened by the shrink factor, so nothing aliases.
enum class Filter : std::uint8_t {
  kArea,      ///< mean over the area of the output pixel; enlarging, it interpolates linearly
  kBilinear,  ///< triangle of two output pixels
  kLanczos3,  ///< windowed sinc of six output pixels: sharpest, rings a little
};

/// One view: the upright picture fitted inside longest_side x longest_side, aspect kept, never
/// enlarged (a smaller picture is seen at its own size).
struct ViewSpec {
  std::uint32_t longest_side = 0;
  ViewLayout layout = ViewLayout::kRgb8;
  Filter filter = Filter::kArea;
  /// A decoder that can shrink gives at least this many times the view's sides, as far as the
  /// picture has them: more is sharper and dearer.
  std::uint32_t oversampling = 1;

  friend constexpr bool operator==(const ViewSpec&, const ViewSpec&) = default;
};

}  // namespace albumen
