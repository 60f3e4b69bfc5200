// SPDX-License-Identifier: Apache-2.0
// The linkage without a graph of pairs gives the people of the naive twin and of the fast one.
#include "people/internal/chain_linkage.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <iterator>
#include <numeric>
#include <span>
#include <stop_token>

#include "people/grouping.h"
#include "people/internal/face_table.h"
#include "people/testing/naive_linkage.h"
#include "people/testing/synthetic_library.h"

namespace albumen::people {
namespace {

using testing::make_library;
using testing::naive_group;
using testing::SyntheticLibrary;

constexpr double kThreshold = 0.1;

Result<Partition> try_chains(const SyntheticLibrary& library, const Constraints& constraints,
                             Budget& budget, const StopToken& stop = {}) {
  FaceTable table{library.dimension, kThreshold, History::kDrop, &budget};
  return table.group_without_pairs(library.faces(), constraints,
                                   {.budget = &budget, .threads = 1, .stop = stop});
}

Partition by_chains(const SyntheticLibrary& library, const Constraints& constraints) {
  Budget budget{kMiB * 64};
  auto result = try_chains(library, constraints, budget);
  EXPECT_TRUE(result.has_value()) << to_string(result.error());
  EXPECT_EQ(budget.used(), Bytes{});
  return result.value_or(Partition{});
}

// All pairs of its faces are near.
SyntheticLibrary one_person(std::size_t faces) {
  const SyntheticLibrary some = make_library({.faces = 400, .seed = 3, .dimension = 24});
  SyntheticLibrary library{.keys = {}, .vectors = {}, .truth = {}, .people = 1, .dimension = 24};
  const auto common = std::span{some.vectors}.first(24);
  for (std::size_t face = 0; face < faces; ++face) {
    library.keys.push_back(testing::synthetic_key(face, 0));
    library.truth.push_back(0);
    std::vector<float> vector{common.begin(), common.end()};
    for (std::size_t i = 0; i < vector.size(); ++i) {
      vector[i] += 0.1F * some.vectors[((face % 400) * 24 + i + face / 400) % some.vectors.size()];
    }
    const float length =
        std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F));
    std::ranges::transform(vector, std::back_inserter(library.vectors),
                           [length](float value) { return value / length; });
  }
  return library;
}

TEST(ChainLinkageTest, EqualsTheNaiveRule) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const SyntheticLibrary library = make_library({.faces = 150, .seed = seed, .dimension = 24});
    SCOPED_TRACE(seed);
    EXPECT_EQ(by_chains(library, {}), naive_group(library, {}, kThreshold));
  }
}

TEST(ChainLinkageTest, EqualsTheNaiveRuleWithTies) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const SyntheticLibrary library = testing::make_ties({.faces = 60, .seed = seed});
    SCOPED_TRACE(seed);
    EXPECT_EQ(by_chains(library, {}), naive_group(library, {}, kThreshold));
  }
}

TEST(ChainLinkageTest, EqualsTheNaiveRuleUnderConstraints) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const SyntheticLibrary library = make_library({.faces = 120, .seed = seed, .dimension = 24});
    const Constraints constraints = testing::random_constraints(library, seed);
    SCOPED_TRACE(seed);
    EXPECT_EQ(by_chains(library, constraints), naive_group(library, constraints, kThreshold));
  }
}

TEST(ChainLinkageTest, SomebodyInVeryManyPicturesNeedsNoMoreMemoryThanTheFaces) {
  // 1,800 faces are 1.6 million near pairs, of 12 bytes before they are even sorted.
  const SyntheticLibrary library = one_person(1800);
  Budget large{kMiB * 256};
  Budget small{kMiB * 2};
  const GroupingOptions options{.same_threshold = kThreshold};
  const auto fast = group(library.faces(), {}, options, {.budget = &large, .threads = 1});
  const auto slow = group(library.faces(), {}, options, {.budget = &small, .threads = 1});
  ASSERT_TRUE(fast.has_value());
  ASSERT_TRUE(slow.has_value()) << to_string(slow.error());
  EXPECT_GT(large.peak(), kMiB * 16);
  EXPECT_EQ(fast->people, 1U);
  EXPECT_EQ(*slow, *fast);
}

TEST(ChainLinkageTest, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  Budget budget{kMiB * 64};
  const auto result = try_chains(make_library({.faces = 50}), {}, budget, source.get_token());
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace albumen::people
