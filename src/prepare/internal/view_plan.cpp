// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/view_plan.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "core/geometry.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/images.h"
#include "prepare/internal/plane_resize.h"
#include "prepare/internal/strip_resizer.h"
#include "prepare/view.h"

namespace albumen::internal {
namespace {

std::vector<Level> levels_by_size(const PixelShape& shape, std::span<const ViewSpec> specs) {
  std::vector<Level> levels;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs[i].layout == ViewLayout::kDecoded) {
      continue;
    }
    const Size size = view_size(shape, specs[i]);
    const Filter filter = specs[i].filter;
    auto level = std::ranges::find_if(levels, [size, filter](const Level& other) {
      return other.size == size && other.filter == filter;
    });
    if (level == levels.end()) {
      level = levels.insert(levels.end(), Level{.size = size, .filter = filter});
    }
    (specs[i].layout == ViewLayout::kGray8 ? level->gray_specs : level->rgb_specs).push_back(i);
  }
  std::ranges::sort(levels, std::ranges::greater{},
                    [](const Level& level) { return level.size.pixels(); });
  return levels;
}

bool is_twice(Size large, Size small) {
  return large.width / kReuseFactor >= small.width && large.height / kReuseFactor >= small.height;
}

/// The smallest level before `index` that has such pixels and enough of them. Only area filters
/// follow each other; a sharper one sees the decode itself.
int larger_level(std::span<const Level> levels, std::size_t index, bool Level::* makes) {
  for (std::size_t i = index; i-- > 0 && levels[index].filter == Filter::kArea;) {
    if (levels[i].*makes && levels[i].filter == Filter::kArea &&
        is_twice(levels[i].size, levels[index].size)) {
      return static_cast<int>(i);
    }
  }
  return kFromDecoded;
}

bool smaller_gray_follows(std::span<const Level> levels, std::size_t index) {
  return std::ranges::any_of(levels.subspan(index + 1), [&](const Level& later) {
    return !later.gray_specs.empty() && later.filter == Filter::kArea &&
           levels[index].filter == Filter::kArea && is_twice(levels[index].size, later.size);
  });
}

void choose_sources(const PixelShape& shape, std::vector<Level>& levels) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    Level& level = levels[i];
    level.makes_gray = !level.gray_specs.empty();
    level.makes_rgb = !level.rgb_specs.empty();
    level.gray_from = larger_level(levels, i, &Level::makes_gray);
    level.rgb_from = larger_level(levels, i, &Level::makes_rgb);
    if (shape.layout == PixelLayout::kGray8) {
      level.rgb_from = kFromSameLevel;
      level.makes_gray = true;
    } else if (shape.layout == PixelLayout::kYcc8) {
      // The luma plane is made on the way to colour: keep it where it saves a pass over the decode.
      level.makes_gray = level.makes_gray || (level.makes_rgb && level.rgb_from == kFromDecoded &&
                                              smaller_gray_follows(levels, i));
    } else if (level.makes_gray && level.gray_from == kFromDecoded) {
      level.gray_from = kFromSameLevel;
      level.makes_rgb = true;
    }
  }
}

/// Scratch of a resize from a larger level, which is upright already.
std::size_t level_scratch(Size out, Size in, int channels) {
  return StripResizer::scratch_bytes({.out = out, .in = in, .channels = channels});
}

std::size_t decoded_scratch(const PixelShape& shape, const Level& level) {
  const ResizeGeometry geometry =
      geometry_for(shape.layout, level.size, shape.stored_size, shape.orientation, level.filter);
  if (level.makes_rgb && level.rgb_from == kFromDecoded) {
    return rgb_scratch_bytes(shape.layout, geometry);
  }
  return StripResizer::scratch_bytes(geometry);
}

/// Scratch of the most expensive step of `level`.
std::size_t step_scratch(const PixelShape& shape, std::span<const Level> levels,
                         const Level& level) {
  std::size_t most = 0;
  const auto consider = [&](bool makes, int from, int channels) {
    if (makes && from == kFromDecoded) {
      most = std::max(most, decoded_scratch(shape, level));
    } else if (makes && from >= 0) {
      const Size in = levels[static_cast<std::size_t>(from)].size;
      most = std::max(most, level_scratch(level.size, in, channels));
    }
  };
  consider(level.makes_gray, level.gray_from, 1);
  consider(level.makes_rgb, level.rgb_from, 3);
  return most;
}

}  // namespace

ViewPlan plan_views(const PixelShape& shape, std::span<const ViewSpec> specs) {
  ViewPlan plan;
  plan.levels = levels_by_size(shape, specs);
  choose_sources(shape, plan.levels);
  for (const Level& level : plan.levels) {
    const PixelCount pixels = level.size.pixels();
    plan.outputs += pixels.bytes(1) * level.gray_specs.size();
    plan.outputs += pixels.bytes(3) * level.rgb_specs.size();
    plan.kept += pixels.bytes(level.makes_gray && level.gray_specs.empty() ? 1 : 0);
    plan.kept += pixels.bytes(level.makes_rgb && level.rgb_specs.empty() ? 3 : 0);
    plan.scratch = std::max(plan.scratch, Bytes{step_scratch(shape, plan.levels, level)});
  }
  return plan;
}

}  // namespace albumen::internal
