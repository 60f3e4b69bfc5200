// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/jpeg_geometry.h"

#include <algorithm>

#include "decode/internal/format.h"

namespace albumen {
namespace {

constexpr std::uint32_t kBlockSide = 8;
constexpr std::size_t kBytesPerBlock = std::size_t{64} * sizeof(std::int16_t);

struct Factors {
  std::uint32_t horizontal = 1;
  std::uint32_t vertical = 1;
};

Factors largest_factors(const JpegDetails& jpeg) {
  Factors largest;
  for (int index = 0; index < jpeg.component_count; ++index) {
    const JpegComponent& component = jpeg.components[static_cast<std::size_t>(index)];
    largest.horizontal = std::max<std::uint32_t>(largest.horizontal, component.horizontal);
    largest.vertical = std::max<std::uint32_t>(largest.vertical, component.vertical);
  }
  return largest;
}

// libjpeg enlarges subsampled components by a larger inverse DCT where that replaces upsampling
// in both directions.
int block_side_of(const JpegComponent& component, Factors largest, int scale) {
  const auto n = static_cast<std::uint32_t>(scale);
  std::uint32_t side = n;
  while (side < kBlockSide && (largest.horizontal * n) % (component.horizontal * side * 2) == 0 &&
         (largest.vertical * n) % (component.vertical * side * 2) == 0) {
    side *= 2;
  }
  return static_cast<int>(side);
}

JpegPlane plane_of(const ImageInfo& info, const JpegComponent& component, Factors largest,
                   int scale) {
  const Size stored = info.stored_size;
  const std::uint64_t wide = std::uint64_t{stored.width} * component.horizontal;
  const std::uint64_t high = std::uint64_t{stored.height} * component.vertical;
  JpegPlane plane;
  plane.block_side = block_side_of(component, largest, scale);
  const auto side = static_cast<std::uint64_t>(plane.block_side);
  plane.blocks = {.width = divide_up(wide, std::uint64_t{largest.horizontal} * kBlockSide),
                  .height = divide_up(high, std::uint64_t{largest.vertical} * kBlockSide)};
  plane.samples = {.width = divide_up(wide * side, std::uint64_t{largest.horizontal} * kBlockSide),
                   .height = divide_up(high * side, std::uint64_t{largest.vertical} * kBlockSide)};
  plane.stride = round_up(plane.blocks.width * side, kRowAlignment);
  const std::uint64_t mcu_rows =
      divide_up(stored.height, std::uint64_t{largest.vertical} * kBlockSide);
  plane.rows = mcu_rows * component.vertical * side;
  return plane;
}

// Planes can be handed on when luma has the full resolution and both of chroma the same whole
// fraction of it.
bool can_be_planar(const JpegDetails& jpeg, Factors largest) {
  if (jpeg.color == JpegColor::kGray) {
    return true;
  }
  if (jpeg.color != JpegColor::kYcc || jpeg.components[0].horizontal != largest.horizontal ||
      jpeg.components[0].vertical != largest.vertical) {
    return false;
  }
  const JpegComponent& blue = jpeg.components[1];
  const JpegComponent& red = jpeg.components[2];
  return blue.horizontal == red.horizontal && blue.vertical == red.vertical &&
         largest.horizontal % blue.horizontal == 0 && largest.vertical % blue.vertical == 0;
}

// Coefficients of the whole picture, in whole MCUs, with a pointer a row.
std::size_t coefficient_bytes(const JpegPlane& plane, const JpegComponent& component) {
  const std::size_t wide = round_up(plane.blocks.width, component.horizontal);
  const std::size_t high = round_up(plane.blocks.height, component.vertical);
  return high * (wide * kBytesPerBlock + sizeof(void*)) + kRowAlignment;
}

// Row buffers of libjpeg's main controller (with its context rows) and upsampler.
std::size_t row_buffer_bytes(const JpegPlane& plane, const JpegComponent& component,
                             Factors largest, std::uint32_t output_width, int scale) {
  const std::size_t line = round_up(plane.stride, 2 * kRowAlignment);
  const std::size_t iter_rows =
      std::size_t{component.vertical} * static_cast<std::size_t>(plane.block_side);
  const std::size_t context_rows = 2 * (iter_rows / static_cast<std::size_t>(scale) + 1);
  const std::size_t upsampled_line =
      round_up(std::size_t{output_width} + largest.horizontal, 2 * kRowAlignment);
  const std::size_t pointers = (iter_rows + context_rows + largest.vertical) * 8 * sizeof(void*);
  return line * (iter_rows + context_rows) + upsampled_line * largest.vertical + pointers +
         4 * kRowAlignment;
}

std::size_t arena_bytes(const ImageInfo& info, const JpegGeometry& geometry, Factors largest,
                        int scale) {
  std::size_t sum = kJpegTableBytes.count();
  for (std::size_t index = 0; index < static_cast<std::size_t>(info.jpeg.component_count);
       ++index) {
    const JpegComponent& component = info.jpeg.components[index];
    if (info.jpeg.multi_scan) {
      sum += coefficient_bytes(geometry.planes[index], component);
    }
    if (!geometry.planar) {
      sum += row_buffer_bytes(geometry.planes[index], component, largest, geometry.decoded.width,
                              scale);
    }
  }
  if (info.jpeg.component_count == 4) {
    sum += round_up(std::size_t{geometry.decoded.width} * 4, kRowAlignment);  // one row of CMYK
  }
  return sum;
}

}  // namespace

JpegGeometry jpeg_geometry(const ImageInfo& info, int scale) {
  const Factors largest = largest_factors(info.jpeg);
  const auto n = static_cast<std::uint64_t>(scale);
  JpegGeometry geometry;
  geometry.decoded = {.width = divide_up(info.stored_size.width * n, kBlockSide),
                      .height = divide_up(info.stored_size.height * n, kBlockSide)};
  geometry.planar = can_be_planar(info.jpeg, largest);
  for (std::size_t index = 0; index < static_cast<std::size_t>(info.jpeg.component_count);
       ++index) {
    JpegPlane& plane = geometry.planes[index];
    plane = plane_of(info, info.jpeg.components[index], largest, scale);
    plane.offset = geometry.output_bytes;
    geometry.output_bytes += geometry.planar ? plane.stride * plane.rows : 0;
  }
  if (geometry.planar) {
    geometry.layout =
        info.jpeg.color == JpegColor::kGray ? PixelLayout::kGray8 : PixelLayout::kYcc8;
  } else {
    geometry.row_stride = round_up(std::size_t{geometry.decoded.width} * 3, kRowAlignment);
    geometry.output_bytes = geometry.row_stride * geometry.decoded.height;
  }
  geometry.arena_bytes = arena_bytes(info, geometry, largest, scale);
  return geometry;
}

}  // namespace albumen
