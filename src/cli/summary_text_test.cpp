// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/summary_text.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

// "seen once or twice" was said whatever --least-faces was.
TEST(SummaryTextTest, WhoIsTentativeFollowsTheNumberOfFacesThatAPersonNeeds) {
  EXPECT_EQ(seldom_seen(2), "seen once");
  EXPECT_EQ(seldom_seen(3), "seen once or twice");
  EXPECT_EQ(seldom_seen(4), "seen fewer than 4 times");
  EXPECT_EQ(seldom_seen(1000), "seen fewer than 1,000 times");
  EXPECT_EQ(seldom_seen({}), "seen fewer times than a person needs");
}

}  // namespace
}  // namespace albumen
