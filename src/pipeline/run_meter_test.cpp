// SPDX-License-Identifier: Apache-2.0
#include "pipeline/run_meter.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

TEST(RunMeterTest, CountsTheWorkOfThisProcess) {
  const RunMeter meter;
  StageClock clock;
  Budget budget{kMiB};
  double sum = 0;
  {
    const StageTimer timer{clock, Stage::kDecode, kKiB};
    for (int step = 1; step < 2'000'000; ++step) {
      sum += 1.0 / step;
    }
  }
  EXPECT_GT(sum, 1.0);
  const RunFigures figures = meter.finish(clock, budget);
  EXPECT_GT(figures.wall_seconds, 0.0);
  EXPECT_GT(figures.peak_resident, Bytes{});
  ASSERT_EQ(figures.stages.size(), kStageCount);
  EXPECT_EQ(figures.stages.at(3).stage, "decode");
  EXPECT_EQ(figures.stages.at(3).count, 1);
  EXPECT_EQ(figures.stages.at(3).bytes, 1024);
  EXPECT_GT(figures.stages.at(3).cpu_us, 0);
}

}  // namespace
}  // namespace albumen
