// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/recent_rate.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

TEST(RecentRateTest, CountsFromTheBeginningWhereThatIsNotLongAgo) {
  RecentRate rate;
  EXPECT_DOUBLE_EQ(rate.at(1, 30), 30);
  EXPECT_DOUBLE_EQ(rate.at(2, 80), 40);
}

TEST(RecentRateTest, LeavesOutTheTimeBeforeTheFirstOne) {
  RecentRate rate;
  EXPECT_DOUBLE_EQ(rate.at(9, 0), 0);
  EXPECT_DOUBLE_EQ(rate.at(10, 0), 0);
  EXPECT_DOUBLE_EQ(rate.at(12, 50), 25);
}

// An average of the whole run promised minutes for hours when the large pictures came last.
TEST(RecentRateTest, FollowsWhatBecameSlower) {
  RecentRate rate;
  for (int second = 1; second <= 100; ++second) {
    rate.at(second, static_cast<std::uint64_t>(second) * 100);
  }
  for (int second = 101; second <= 140; ++second) {
    rate.at(second, static_cast<std::uint64_t>(9900 + second));
  }
  EXPECT_DOUBLE_EQ(rate.at(141, 10'041), 1);
}

TEST(RecentRateTest, StaysAsItWasWhenAllIsDone) {
  RecentRate rate;
  EXPECT_DOUBLE_EQ(rate.at(2, 100, true), 50);
  EXPECT_DOUBLE_EQ(rate.at(60, 100, true), 50);
}

TEST(RecentRateTest, SaysNothingBeforeAnyTimeHasPassed) {
  RecentRate rate;
  EXPECT_DOUBLE_EQ(rate.at(0, 7), 0);
}

}  // namespace
}  // namespace albumen
