// SPDX-License-Identifier: Apache-2.0
// How right grouping is on made-up libraries of several sizes. Precision counts more than recall: a
// wrong merge costs a person more work than a split.
#include <cstdint>
#include <gtest/gtest.h>
#include <iostream>

#include "people/grouping.h"
#include "people/testing/synthetic_library.h"

// Sanitizers make the scan of all pairs tens of times slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALBUMEN_SLOW_BUILD 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ALBUMEN_SLOW_BUILD 1
#endif
#endif
#ifndef ALBUMEN_SLOW_BUILD
#define ALBUMEN_SLOW_BUILD 0
#endif

namespace albumen::people {
namespace {

constexpr double kLeastPrecision = 0.995;
constexpr double kLeastRecall = 0.95;

// Prints what it finds, so that a run of the tests says how much room there is.
testing::PairScore grouped_score(const testing::SyntheticLibrary& library) {
  Budget budget(kMiB * 512);
  const auto result =
      group(library.faces(), {}, {.same_threshold = threshold_for(library.keys.size())},
            {.budget = &budget, .threads = 2});
  if (!result.has_value()) {
    ADD_FAILURE() << result.error().message;
    return {.precision = 0, .recall = 0};
  }
  const testing::PairScore pairs = testing::score(library.truth, *result);
  std::cout << library.keys.size() << " faces of " << library.people << " people, "
            << result->people << " found: precision " << pairs.precision << ", recall "
            << pairs.recall << "\n";
  return pairs;
}

TEST(GroupingPrecisionTest, TwoThousandFaces) {
  for (const std::uint64_t seed : {11U, 12U, 13U, 14U, 15U}) {
    SCOPED_TRACE(seed);
    const auto library = testing::make_library({.faces = 2000, .seed = seed});
    const testing::DistanceProfile distances = testing::profile(library);
    EXPECT_NEAR(distances.same_mean, 0.033, 0.003);
    EXPECT_NEAR(distances.different_mean, 0.169, 0.02);
    const testing::PairScore pairs = grouped_score(library);
    EXPECT_GE(pairs.precision, kLeastPrecision);
    EXPECT_GE(pairs.recall, kLeastRecall);
  }
}

// Only libraries of two thousand faces were looked at, one of them, where strangers rarely come
// close: the threshold of that size would put too many of twenty thousand together.
TEST(GroupingPrecisionTest, TwentyThousandFaces) {
  const std::size_t faces = ALBUMEN_SLOW_BUILD == 1 ? 6'000 : 20'000;
  const testing::PairScore pairs =
      grouped_score(testing::make_library({.faces = faces, .seed = 11}));
  EXPECT_GE(pairs.precision, kLeastPrecision);
  EXPECT_GE(pairs.recall, kLeastRecall);
}

}  // namespace
}  // namespace albumen::people
