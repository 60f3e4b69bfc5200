// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/pyramid_plan.h"

#include <algorithm>
#include <cmath>

namespace albumen::faces {
namespace {

// Between two levels, as in the paper: half the area.
constexpr double kScaleStep = 0.709;

std::uint32_t round_up_to_even(std::uint32_t value) { return (value + 1) / 2 * 2; }

std::uint32_t scaled(std::uint32_t side, double scale) {
  return static_cast<std::uint32_t>(std::ceil(side * scale));
}

bool overlap(const Level& a, const Level& b) {
  return a.x < b.x + b.size.width && b.x < a.x + a.size.width && a.y < b.y + b.size.height &&
         b.y < a.y + a.size.height;
}

bool is_free(const Level& level, const std::vector<Level>& placed, std::uint32_t width) {
  return level.x + level.size.width <= width &&
         std::ranges::none_of(placed,
                              [&level](const Level& other) { return overlap(level, other); });
}

// Puts the level as high up as it goes, then as far left: below and right of those placed before.
void place(Level& level, const std::vector<Level>& placed, std::uint32_t width) {
  std::vector<std::uint32_t> columns = {0};
  std::vector<std::uint32_t> rows = {0};
  for (const Level& other : placed) {
    columns.push_back(round_up_to_even(other.x + other.size.width));
    rows.push_back(round_up_to_even(other.y + other.size.height));
  }
  std::ranges::sort(columns);
  std::ranges::sort(rows);
  for (const std::uint32_t row : rows) {
    level.y = row;
    const bool found = std::ranges::any_of(columns, [&](std::uint32_t column) {
      level.x = column;
      return is_free(level, placed, width);
    });
    if (found) {
      return;  // at the latest below all others, at the left
    }
  }
}

std::uint32_t lowest_row(const std::vector<Level>& levels) {
  std::uint32_t lowest = 0;
  for (const Level& level : levels) {
    lowest = std::max(lowest, level.y + level.size.height);
  }
  return lowest;
}

}  // namespace

std::uint32_t canvas_width(std::uint32_t view_side, float min_face) {
  return round_up_to_even(scaled(view_side, double{kCell} / double{min_face}));
}

PyramidPlan plan_pyramid(Size view, std::uint32_t view_side, float min_face) {
  PyramidPlan plan;
  plan.width = canvas_width(view_side, min_face);
  const std::uint32_t shorter = std::min(view.width, view.height);
  for (double scale = double{kCell} / double{min_face}; shorter * scale >= kCell;
       scale *= kScaleStep) {
    Level level{.scale = static_cast<float>(scale),
                .size = {.width = scaled(view.width, scale), .height = scaled(view.height, scale)}};
    place(level, plan.levels, plan.width);
    plan.levels.push_back(level);
  }
  if (!plan.levels.empty()) {
    const std::uint32_t rows = lowest_row(plan.levels) - (kStripRows - kStripStep);
    plan.strips = (rows + kStripStep - 1) / kStripStep;
  }
  return plan;
}

}  // namespace albumen::faces
