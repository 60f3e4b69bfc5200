// SPDX-License-Identifier: Apache-2.0
#include "pipeline/stage_clock.h"

#include <ctime>
#include <gtest/gtest.h>
#include <thread>

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

// Where grouping has helpers, these counted for nothing.
TEST(StageClockTest, GroupingCountsAllThreadsAndOtherStagesTheirOwn) {
  StageClock clock;
  static constexpr auto kSpent = 20ms;
  {
    const StageTimer grouping{clock, Stage::kGroup};
    const StageTimer decoding{clock, Stage::kDecode};
    std::jthread{[] {
      timespec now{};
      do {
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
      } while (std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec} < kSpent);
    }}.join();
  }
  EXPECT_GE(std::chrono::nanoseconds{clock.figures(Stage::kGroup).cpu_ns}, kSpent);
  EXPECT_LT(std::chrono::nanoseconds{clock.figures(Stage::kDecode).cpu_ns}, kSpent);
}

TEST(StageClockTest, AnItemMayBeTimedElsewhere) {
  StageClock clock;
  StageFigures& figures = clock.figures(Stage::kWrite);
  figures.add({.wall = 3ms, .cpu = 2ms, .bytes = kKiB, .peak_reserved = kKiB * 7});
  figures.add({.wall = 4ms, .cpu = 1ms, .bytes = kKiB, .peak_reserved = kKiB * 5});
  EXPECT_EQ(figures.count, 2U);
  EXPECT_EQ(figures.wall_ns, 7'000'000);
  EXPECT_EQ(figures.cpu_ns, 3'000'000);
  EXPECT_EQ(figures.bytes, 2048U);
  EXPECT_EQ(figures.peak_reserved, 7U * 1024);
  EXPECT_GE(figures.durations.quantile(1.0), 4ms);
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
