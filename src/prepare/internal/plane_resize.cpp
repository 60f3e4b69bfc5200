// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/plane_resize.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fmt/core.h>
#include <span>

#include "core/error.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "govern/images.h"
#include "prepare/internal/color.h"
#include "prepare/internal/kernels.h"
#include "prepare/internal/strip_resizer.h"
#include "prepare/resize.h"

namespace albumen::internal {
namespace {

/// Bytes of one channel's strip: 16 pixels one way and at most the longest side the other.
std::size_t channel_strip_bytes(Size out) {
  return kStripLines * ((std::size_t{out.longest_side()} + 63) / 64 * 64);
}

/// The same picture area on a chroma plane, and how much of the last samples it covers.
struct ChromaRegion {
  Region region;
  double factor_x = 1;
  double factor_y = 1;
  double extent_x = 0;
  double extent_y = 0;
};

ChromaRegion chroma_region(Size luma, Size chroma, const Region& region) {
  const double factor_x = chroma_factor(luma.width, chroma.width);
  const double factor_y = chroma_factor(luma.height, chroma.height);
  const auto down = [](double value) { return static_cast<std::uint32_t>(std::floor(value)); };
  const auto up = [](double value, std::uint32_t most) {
    return std::min(static_cast<std::uint32_t>(std::ceil(value)), most);
  };
  const std::uint32_t x = std::min(down(region.x / factor_x), chroma.width - 1);
  const std::uint32_t y = std::min(down(region.y / factor_y), chroma.height - 1);
  const std::uint32_t right = up((region.x + region.size.width) / factor_x, chroma.width);
  const std::uint32_t bottom = up((region.y + region.size.height) / factor_y, chroma.height);
  const Size size{.width = std::max(right, x + 1) - x, .height = std::max(bottom, y + 1) - y};
  return {.region = {.x = x, .y = y, .size = size},
          .factor_x = factor_x,
          .factor_y = factor_y,
          .extent_x = std::min<double>(region.size.width / factor_x, size.width),
          .extent_y = std::min<double>(region.size.height / factor_y, size.height)};
}

ResizeGeometry geometry_of_chroma(const ChromaRegion& chroma, ResizeGeometry geometry) {
  geometry.in = chroma.region.size;
  geometry.offset_x /= chroma.factor_x;
  geometry.offset_y /= chroma.factor_y;
  geometry.extent_x = geometry.extent_x > 0 ? geometry.extent_x / chroma.factor_x : chroma.extent_x;
  geometry.extent_y = geometry.extent_y > 0 ? geometry.extent_y / chroma.factor_y : chroma.extent_y;
  return geometry;
}

ResizeGeometry fine(ResizeGeometry geometry) {
  geometry.fine = true;
  return geometry;
}

void resize_planes(const RgbTarget& target, const DecodedImage& image, const Region& region,
                   const ResizeGeometry& geometry, std::span<std::byte> scratch) {
  const std::size_t each = StripResizer::scratch_bound(geometry);
  const ChromaRegion chroma = chroma_region(image.stored_size, image.planes[1].size(), region);
  const ResizeGeometry chroma_geometry = geometry_of_chroma(chroma, geometry);
  const auto cut = [](ImageView plane, const Region& part) {
    return part_of(plane, part.x, part.y, part.size);
  };
  StripResizer luma{geometry, cut(image.planes[0], region), scratch.subspan(0, each)};
  const ImageView blue_plane = cut(image.planes[1], chroma.region);
  const ImageView red_plane = cut(image.planes[2], chroma.region);
  const bool full_chroma = chroma.region.size == region.size;
  StripResizer blue = full_chroma
                          ? StripResizer{luma, blue_plane, scratch.subspan(each, each)}
                          : StripResizer{chroma_geometry, blue_plane, scratch.subspan(each, each)};
  StripResizer red{blue, red_plane, scratch.subspan(2 * each, each)};

  // In step, so that the planes meet in the cache and are never whole at once.
  auto* const rgb = reinterpret_cast<std::uint8_t*>(scratch.data() + (3 * each));
  std::uint8_t* const gray = rgb + (3 * channel_strip_bytes(target.rgb.size()));
  for (std::uint32_t strip = 0; strip < luma.strip_count(); ++strip) {
    const MutableImageView place = luma.strip_of(target.rgb, strip);
    const std::size_t columns = swaps_sides(geometry.orientation) ? place.height() : place.width();
    const YccFine ycc{
        .y = luma.run_fine(strip), .cb = blue.run_fine(strip), .cr = red.run_fine(strip)};
    ycc_to_rgb(rgb, ycc, columns);
    write_strip(rgb, geometry.orientation, place);
    if (!target.luma.empty()) {
      round_fine(gray, ycc.y, columns * kStripLines);
      write_strip(gray, geometry.orientation, luma.strip_of(target.luma, strip));
    }
  }
}

}  // namespace

Result<void> check_planes(const DecodedImage& image) {
  const int channels = image.layout == PixelLayout::kRgb8    ? 3
                       : image.layout == PixelLayout::kRgba8 ? 4
                                                             : 1;
  const bool planar = image.layout == PixelLayout::kYcc8;
  bool good = !image.planes[0].empty() && image.planes[0].size() == image.stored_size &&
              image.planes[0].channels() == channels;
  for (std::size_t i = 1; planar && i < 3; ++i) {
    const ImageView& plane = image.planes[i];
    good = good && !plane.empty() && plane.channels() == 1 &&
           plane.size() == image.planes[1].size() && plane.width() <= image.stored_size.width &&
           plane.height() <= image.stored_size.height &&
           plane.width() >= image.stored_size.width / kMostSubsampling &&
           plane.height() >= image.stored_size.height / kMostSubsampling;
  }
  if (!good) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("the planes of a {}x{} picture do not fit its layout",
                            image.stored_size.width, image.stored_size.height));
  }
  return {};
}

double chroma_factor(std::uint32_t luma, std::uint32_t chroma) {
  for (const std::uint32_t factor : {1U, 2U, 4U}) {
    if ((luma + factor - 1) / factor == chroma) {
      return factor;
    }
  }
  return static_cast<double>(luma) / chroma;
}

ResizeGeometry geometry_for(PixelLayout layout, Size out, Size in, Orientation orientation,
                            Filter filter) {
  const bool one = layout == PixelLayout::kGray8 || layout == PixelLayout::kYcc8;
  return {.out = out,
          .in = in,
          .channels = one ? 1 : 3,
          .filter = filter,
          .orientation = orientation,
          .over_white = layout == PixelLayout::kRgba8};
}

std::size_t rgb_scratch_bytes(PixelLayout layout, const ResizeGeometry& geometry) {
  if (layout != PixelLayout::kYcc8) {
    return StripResizer::scratch_bytes(geometry);
  }
  return (3 * StripResizer::scratch_bound(fine(geometry))) +
         (4 * channel_strip_bytes(geometry.out));
}

void resize_to_rgb(const RgbTarget& target, const DecodedImage& image, const Region& region,
                   const ResizeGeometry& geometry, std::span<std::byte> scratch) {
  if (image.layout == PixelLayout::kYcc8) {
    resize_planes(target, image, region, fine(geometry), scratch);
    return;
  }
  StripResizer resizer{geometry, part_of(image.planes[0], region.x, region.y, region.size),
                       scratch};
  run_all(resizer, target.rgb);
}

}  // namespace albumen::internal
