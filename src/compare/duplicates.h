// SPDX-License-Identifier: Apache-2.0
// Near duplicates by perceptual hashes: groups around a keeper, never chains. A pure function of
// the pictures. Tested by duplicates_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/findings.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/stop.h"

namespace albumen {

/// What decides about one picture. Candidates are different pictures: equal bytes are found by
/// their digest before this.
struct DuplicateCandidate {
  Hashes hashes;
  PixelCount pixels;
  float sharpness = 0;
};

/// Largest Hamming distances of 64 bits at which two pictures count as the same. Both must hold.
/// Where they come from: docs/duplicates.md.
struct DuplicateLimits {
  int phash = 6;
  int dhash = 10;
};

struct DuplicateMember {
  std::size_t index = 0;  ///< of the candidate
  /// How it must be turned to look like the keeper, as index into Hashes (0: not at all).
  std::size_t turn = 0;
  int phash_distance = 0;
  int dhash_distance = 0;
};

/// A keeper and everything within the limits of it.
struct DuplicateGroup {
  std::size_t keeper = 0;
  std::vector<DuplicateMember> members;  ///< without the keeper, by index; never empty
};

/// Groups `candidates`. The keeper of a group is its best picture: most pixels, then sharpest, then
/// the lowest index. Every member lies within the limits of its keeper, upright or turned or
/// mirrored; a picture is in one group at most. Flat pictures are in none: their hashes say
/// nothing. Time near n log n for real collections; memory O(n). Errors: Cancelled; InvalidArgument
/// for limits outside 0..15 (pHash) and 0..32 (dHash).
Result<std::vector<DuplicateGroup>> find_near_duplicates(
    std::span<const DuplicateCandidate> candidates, const DuplicateLimits& limits,
    const StopToken& stop);

}  // namespace albumen
