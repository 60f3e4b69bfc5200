// SPDX-License-Identifier: Apache-2.0
// Aspect buckets: training pictures of about one area and few shapes, so that a batch has one
// shape and little is cut off. The same table and choice as kohya-ss's sd-scripts, whose data sets
// others expect, where they are given the same limits: theirs are 256 and 1024 unless told
// otherwise. Tested by buckets_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry.h"
#include "core/result.h"
#include "core/units.h"

namespace albumen {

struct BucketSpec {
  /// A bucket has at most so many.
  PixelCount area{std::uint64_t{1024} * 1024};
  /// Every side is a multiple of it, in pixels.
  std::uint32_t step = 64;
  std::uint32_t shortest_side = 256;  ///< the next multiple from here on
  std::uint32_t longest_side = 2048;  ///< the last multiple up to here

  friend constexpr bool operator==(const BucketSpec&, const BucketSpec&) = default;
};

/// All buckets by width, then height: the square, and for each width between the limits the
/// greatest height that keeps the area, with its transpose.
/// Errors: InvalidArgument for a step of 0, limits that exclude every side, or an area below that
/// of a square of one step or above that of one of 65,536.
Result<std::vector<Size>> make_buckets(const BucketSpec& spec);

/// The bucket whose width : height is nearest to the picture's; the narrower of two as near. Cover
/// it (Fit::kCover). REQUIRES: buckets not empty, sides above 0.
Size choose_bucket(std::span<const Size> buckets, Size picture);

/// As choose_bucket, for a picture that must not be enlarged (kohya's bucket_no_upscale): where it
/// does not cover that bucket, a size of about its own shape that it covers: multiples of the step
/// just below its sides, none above spec.longest_side, and within spec.area unless that is less
/// than one step by spec.longest_side: a narrow side is never shrunk below one step, and one that
/// is shorter stays as it is. REQUIRES: `buckets` made of `spec`, sides above 0.
Size choose_bucket_within(std::span<const Size> buckets, const BucketSpec& spec, Size picture);

}  // namespace albumen
