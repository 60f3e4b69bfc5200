// SPDX-License-Identifier: Apache-2.0
// In which order and out of what the views of one picture are made, and what that costs: planned
// from sizes alone, so that the prediction of memory and the work itself cannot disagree.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/geometry.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "prepare/view.h"

namespace albumen::internal {

/// A smaller view may come from a larger one only when that has at least twice its sides: the two
/// area filters then blur like one that is at most half a pixel wider.
inline constexpr std::uint32_t kReuseFactor = 2;

/// Where a level's grey or colour pixels come from: the index of a larger level, or
inline constexpr int kFromDecoded = -1;
/// ... the same level's pixels of the other layout (colour of a grey picture, luma of an RGB one).
inline constexpr int kFromSameLevel = -2;

/// All views of one size and filter.
struct Level {
  Size size;
  Filter filter = Filter::kArea;
  std::vector<std::size_t> gray_specs;  ///< indices of the specs that want it in grey
  std::vector<std::size_t> rgb_specs;   ///< and in colour
  bool makes_gray = false;              ///< for its specs or for a smaller level
  bool makes_rgb = false;
  int gray_from = kFromDecoded;
  int rgb_from = kFromDecoded;
};

struct ViewPlan {
  std::vector<Level> levels;  ///< largest first
  Bytes outputs;
  Bytes kept;     ///< pixels that no spec asked for, held until the end
  Bytes scratch;  ///< of the largest step
};

/// REQUIRES: shape not empty, every longest side above 0.
ViewPlan plan_views(const PixelShape& shape, std::span<const ViewSpec> specs);

}  // namespace albumen::internal
