// SPDX-License-Identifier: Apache-2.0
// The one coordinate convention of albumen:
//   after EXIF orientation, origin top left, x to the right, y down, rectangles half-open,
//   the centre of pixel (i, j) at (i + 0.5, j + 0.5).
// Code that must speak of stored (not yet turned) pixels says "stored" in the name.
// Tested by geometry_test.cpp.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/units.h"

namespace albumen {

/// Width and height in pixels.
struct Size {
  std::uint32_t width = 0;
  std::uint32_t height = 0;

  friend constexpr bool operator==(Size, Size) = default;

  [[nodiscard]] constexpr PixelCount pixels() const {
    return PixelCount{std::uint64_t{width} * height};
  }

  [[nodiscard]] constexpr std::uint32_t longest_side() const { return std::max(width, height); }

  [[nodiscard]] constexpr Size transposed() const { return {.width = height, .height = width}; }

  [[nodiscard]] constexpr bool empty() const { return width == 0 || height == 0; }
};

/// `size` shrunk (never enlarged) so that its longest side is at most `longest`; sides are
/// rounded to nearest and never become zero. REQUIRES: longest > 0, size not empty.
Size fit_inside(Size size, std::uint32_t longest);

struct Point {
  float x = 0;
  float y = 0;

  friend constexpr bool operator==(Point, Point) = default;
};

/// Half-open rectangle: [x, x + width) x [y, y + height).
struct Rect {
  float x = 0;
  float y = 0;
  float width = 0;
  float height = 0;

  friend constexpr bool operator==(const Rect&, const Rect&) = default;

  [[nodiscard]] constexpr float area() const { return width * height; }
};

/// Area of the intersection; zero where they do not meet.
float intersection_area(const Rect& a, const Rect& b);

/// Intersection over union, 0..1. Zero when both are empty.
float intersection_over_union(const Rect& a, const Rect& b);

/// EXIF orientation, tag 0x0112 (EXIF 2.32, 4.6.4 A): how the stored pixels must be turned to be
/// seen upright. The enumerators say what to do to the stored picture.
enum class Orientation : std::uint8_t {
  kUpright = 1,
  kMirrorHorizontal = 2,
  kRotate180 = 3,
  kMirrorVertical = 4,
  kTranspose = 5,   ///< mirror along the top-left to bottom-right diagonal
  kRotate90 = 6,    ///< clockwise
  kTransverse = 7,  ///< mirror along the other diagonal
  kRotate270 = 8,   ///< clockwise, i.e. 90 degrees counter-clockwise
};

/// Any value outside 1..8, which real files carry, counts as upright.
constexpr Orientation orientation_from_exif(std::uint32_t value) {
  return value >= 1 && value <= 8 ? static_cast<Orientation>(value) : Orientation::kUpright;
}

constexpr bool swaps_sides(Orientation orientation) {
  return orientation >= Orientation::kTranspose;
}

/// The size after turning, of a picture stored with `stored`.
constexpr Size oriented(Size stored, Orientation orientation) {
  return swaps_sides(orientation) ? stored.transposed() : stored;
}

}  // namespace albumen
