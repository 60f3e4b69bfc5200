// SPDX-License-Identifier: Apache-2.0
// From decoded pixels of any layout to upright RGB of another size: the three planes of a JPEG are
// resized in step and meet as RGB strip by strip.
#pragma once

#include <cstddef>
#include <span>

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "govern/images.h"
#include "prepare/internal/strip_resizer.h"

namespace albumen::internal {

/// InvalidArgument unless the planes are as the layout promises: all there, not empty, chroma not
/// larger than luma and at most kMostSubsampling times smaller.
Result<void> check_planes(const DecodedImage& image);

/// A rectangle of stored pixels.
struct Region {
  std::uint32_t x = 0;
  std::uint32_t y = 0;
  Size size;
};

/// Luma samples per chroma sample along one axis: 1, 2 or 4 where that explains the sizes (planes
/// are rounded up, so their last sample may lie half outside the picture), else their quotient.
double chroma_factor(std::uint32_t luma, std::uint32_t chroma);

/// How the pixels of `layout` are resized to an upright picture of size `out`; geometry.in is the
/// stored size of the picture or region. For kYcc8: how its luma is.
ResizeGeometry geometry_for(PixelLayout layout, Size out, Size in, Orientation orientation,
                            Filter filter = Filter::kArea);

/// Scratch of `resize_to_rgb`, whatever the subsampling.
std::size_t rgb_scratch_bytes(PixelLayout layout, const ResizeGeometry& geometry);

/// Resizes `region` of the stored pixels of `image` (not kGray8) to `rgb`, turned by
/// geometry.orientation. Where `luma` is not empty and the layout is kYcc8, it receives the resized
/// luma plane, upright. REQUIRES: geometry of geometry_for, with in == region.size.
struct RgbTarget {
  MutableImageView rgb;
  MutableImageView luma;
};

void resize_to_rgb(const RgbTarget& target, const DecodedImage& image, const Region& region,
                   const ResizeGeometry& geometry, std::span<std::byte> scratch);

}  // namespace albumen::internal
