// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_clock.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

using namespace std::chrono_literals;

TEST(StageClockTest, PercentilesAreRightToSixPercent) {
  DurationHistogram histogram;
  for (int milliseconds = 1; milliseconds <= 100; ++milliseconds) {
    histogram.add(std::chrono::milliseconds{milliseconds});
  }
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.50).count()), 50e6, 3e6);
  EXPECT_NEAR(static_cast<double>(histogram.quantile(0.95).count()), 95e6, 6e6);
}

TEST(StageClockTest, ExtremesStayInsideTheHistogram) {
  DurationHistogram histogram;
  EXPECT_EQ(histogram.quantile(0.5), 0ns);
  histogram.add(0ns);
  histogram.add(1000h);
  EXPECT_GT(histogram.quantile(1.0), 1min);
  EXPECT_LE(histogram.quantile(0.5), 2us);
}

TEST(StageClockTest, ATimerCountsItsItemOnce) {
  StageClock clock;
  {
    const StageTimer timer{clock, Stage::kDecode, kKiB};
  }
  EXPECT_EQ(clock.figures(Stage::kDecode).count, 1U);
  EXPECT_EQ(clock.figures(Stage::kDecode).bytes, 1024U);
  EXPECT_EQ(clock.figures(Stage::kRead).count, 0U);
}

TEST(StageClockTest, KnowsTheMostThatWasReservedWhileAStageWorked) {
  Budget budget{kMiB};
  StageClock clock{&budget};
  {
    auto memory = budget.reserve(MemoryTag::kPixels, kKiB * 100, {}).value();
    const StageTimer timer{clock, Stage::kDecode};
    memory.shrink_to(kKiB * 30);
    const StageTimer inner{clock, Stage::kPrepare};
  }
  const StageTimer timer{clock, Stage::kWrite};
  EXPECT_EQ(clock.figures(Stage::kDecode).peak_reserved, (kKiB * 100).count());
  EXPECT_EQ(clock.figures(Stage::kPrepare).peak_reserved, (kKiB * 30).count());
  EXPECT_EQ(clock.figures(Stage::kWrite).peak_reserved, 0U);
}

}  // namespace
}  // namespace albumen
