// SPDX-License-Identifier: Apache-2.0
// The sparse linkage against the rule written down naively: all pairs of clusters, best first.
#include "people/internal/linkage.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <random>
#include <set>

#include "people/grouping.h"
#include "people/internal/fixed_point.h"
#include "people/testing/naive_linkage.h"
#include "people/testing/synthetic_library.h"

namespace albumen::people {
namespace {

using testing::make_library;
using testing::naive_group;
using testing::SyntheticLibrary;

Partition fast_group(const SyntheticLibrary& library, const Constraints& constraints,
                     double threshold, unsigned threads = 1) {
  Budget budget(kMiB * 512);
  auto result = group(library.faces(), constraints, {.same_threshold = threshold},
                      {.budget = &budget, .threads = threads});
  EXPECT_TRUE(result.has_value()) << to_string(result.error());
  EXPECT_EQ(budget.used(), Bytes{});
  return result.value_or(Partition{});
}

TEST(LinkageTest, EqualsTheNaiveRule) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const SyntheticLibrary library = make_library({.faces = 150, .seed = seed, .dimension = 24});
    for (const double threshold : {0.02, 0.065, 0.15}) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " threshold " << threshold);
      EXPECT_EQ(fast_group(library, {}, threshold), naive_group(library, {}, threshold));
    }
  }
}

TEST(LinkageTest, EqualsTheNaiveRuleWithTies) {
  // Two dimensions and few distinct vectors: most similarities occur many times.
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const SyntheticLibrary library = testing::make_ties({.faces = 60, .seed = seed});
    SCOPED_TRACE(seed);
    EXPECT_EQ(fast_group(library, {}, 0.1), naive_group(library, {}, 0.1));
  }
}

TEST(LinkageTest, EqualsTheNaiveRuleUnderConstraints) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const SyntheticLibrary library = make_library({.faces = 120, .seed = seed, .dimension = 24});
    const Constraints constraints = testing::random_constraints(library, seed);
    SCOPED_TRACE(seed);
    EXPECT_EQ(fast_group(library, constraints, 0.1), naive_group(library, constraints, 0.1));
  }
}

TEST(LinkageTest, ThreadsChangeNothing) {
  const SyntheticLibrary library = make_library({.faces = 3000, .seed = 4});
  EXPECT_EQ(fast_group(library, {}, 0.065, 1), fast_group(library, {}, 0.065, 3));
}

}  // namespace
}  // namespace albumen::people
