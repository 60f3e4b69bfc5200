// SPDX-License-Identifier: Apache-2.0
#include "core/geometry.h"

#include <algorithm>
#include <cstdint>

#include "core/check.h"

namespace albumen {

Size fit_inside(Size size, std::uint32_t longest) {
  ALBUMEN_DCHECK(longest > 0 && !size.empty());
  const std::uint32_t current = size.longest_side();
  if (current <= longest) {
    return size;
  }
  const auto scaled = [&](std::uint32_t side) {
    const std::uint64_t rounded = (std::uint64_t{side} * longest + current / 2) / current;
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(rounded, 1));
  };
  return {.width = scaled(size.width), .height = scaled(size.height)};
}

float intersection_area(const Rect& a, const Rect& b) {
  const float width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
  const float height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0.0F;
}

float intersection_over_union(const Rect& a, const Rect& b) {
  const float intersection = intersection_area(a, b);
  const float both = a.area() + b.area() - intersection;
  return both > 0 ? intersection / both : 0.0F;
}

}  // namespace albumen
