// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/pyramid_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace albumen::faces {
namespace {

// Between two levels, as in the paper: half the area.
constexpr double kScaleStep = 0.709;

std::uint32_t round_up_to_even(std::uint32_t value) { return (value + 1) / 2 * 2; }

std::uint32_t scaled(std::uint32_t side, double scale) {
  return static_cast<std::uint32_t>(std::ceil(side * scale));
}

// The free height above each pair of columns of the canvas.
class Skyline {
 public:
  explicit Skyline(std::uint32_t width) : tops_(width / 2, 0) {}

  // Puts the level as high up as it goes, then as far left.
  void place(Level& level) {
    const std::size_t columns = round_up_to_even(level.size.width) / 2;
    std::uint32_t best = std::numeric_limits<std::uint32_t>::max();
    for (std::size_t first = 0; first + columns <= tops_.size(); ++first) {
      const std::uint32_t top = top_of(first, columns);
      if (top < best) {
        best = top;
        level.x = static_cast<std::uint32_t>(2 * first);
        level.y = top;
      }
    }
    std::fill_n(tops_.begin() + level.x / 2, columns,
                level.y + round_up_to_even(level.size.height));
  }

  [[nodiscard]] std::uint32_t height() const { return std::ranges::max(tops_); }

 private:
  [[nodiscard]] std::uint32_t top_of(std::size_t first, std::size_t columns) const {
    const auto begin = tops_.begin() + static_cast<std::ptrdiff_t>(first);
    return *std::max_element(begin, begin + static_cast<std::ptrdiff_t>(columns));
  }

  std::vector<std::uint32_t> tops_;  // even
};

}  // namespace

std::uint32_t canvas_width(std::uint32_t view_side, float min_face) {
  return round_up_to_even(scaled(view_side, double{kCell} / double{min_face}));
}

PyramidPlan plan_pyramid(Size view, std::uint32_t view_side, float min_face) {
  PyramidPlan plan;
  plan.width = canvas_width(view_side, min_face);
  Skyline skyline(plan.width);
  const std::uint32_t shorter = std::min(view.width, view.height);
  for (double scale = double{kCell} / double{min_face}; shorter * scale >= kCell;
       scale *= kScaleStep) {
    Level level{.scale = static_cast<float>(scale),
                .size = {.width = scaled(view.width, scale), .height = scaled(view.height, scale)}};
    skyline.place(level);
    plan.levels.push_back(level);
  }
  if (!plan.levels.empty()) {
    const std::uint32_t rows = skyline.height() - (kStripRows - kStripStep);
    plan.strips = (rows + kStripStep - 1) / kStripStep;
  }
  return plan;
}

}  // namespace albumen::faces
