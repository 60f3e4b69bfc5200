// SPDX-License-Identifier: Apache-2.0
// Aspect buckets: training pictures of about one area and few shapes, so that a batch has one
// shape and little is cut off. The same table and choice as kohya-ss's sd-scripts, whose data sets
// others expect. Tested by buckets_test.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry.h"
#include "core/result.h"

namespace albumen {

struct BucketSpec {
  /// A bucket has at most this many pixels squared.
  std::uint32_t resolution = 1024;
  /// Every side is a multiple of it.
  std::uint32_t step = 64;
  std::uint32_t shortest_side = 256;
  std::uint32_t longest_side = 2048;

  friend constexpr bool operator==(const BucketSpec&, const BucketSpec&) = default;
};

/// All buckets by width, then height: the square, and for each width between the limits the
/// greatest height that keeps the area, with its transpose.
/// Errors: InvalidArgument for a step of 0, limits that exclude every side, or a resolution below
/// the step or above 65,536.
Result<std::vector<Size>> make_buckets(const BucketSpec& spec);

/// The bucket whose width : height is nearest to the picture's; the narrower of two as near. Cover
/// it (Fit::kCover). REQUIRES: buckets not empty, sides above 0.
Size choose_bucket(const std::vector<Size>& buckets, Size picture);

}  // namespace albumen
