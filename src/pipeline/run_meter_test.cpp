// SPDX-License-Identifier: Apache-2.0
#include "pipeline/run_meter.h"

#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <gtest/gtest.h>
#include <latch>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "infer/inference_threads.h"

namespace albumen {
namespace {

// A thread of the inference library that works for 20 ms of its own clock, and lives on.
class Net {
 public:
  Net() {
    const InferenceThreadScope scope;
    thread_ = std::jthread{[this](const std::stop_token& stop) {
      timespec now{};
      do {
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
      } while (now.tv_sec == 0 && now.tv_nsec < 20'000'000);
      done_.count_down();
      std::mutex mutex;
      std::unique_lock lock{mutex};
      std::condition_variable_any{}.wait(lock, stop, [] { return false; });
    }};
  }

  void wait() { done_.wait(); }

 private:
  std::latch done_{1};
  std::jthread thread_;  // last: uses the latch
};

const StageRow& analyze_row(const RunFigures& figures) { return figures.stages.at(5); }

// The kernel brings a thread's figure up to date at its ticks, 1 to 10 ms apart.
constexpr std::int64_t kLeastOfANet = 10'000;

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

TEST(RunMeterTest, WhatTheNetsTookIsInAnalyze) {
  const RunMeter meter;
  const StageClock clock;
  const Budget budget{kMiB};
  Net net;
  net.wait();
  const RunFigures figures = meter.finish(clock, budget);
  EXPECT_EQ(analyze_row(figures).stage, "analyze");
  EXPECT_GE(analyze_row(figures).cpu_us, kLeastOfANet);
}

// An index run gives its nets back before it groups people, and their time was gone with them.
TEST(RunMeterTest, WhatTheNetsTookStaysWhenTheyAreGone) {
  RunMeter meter;
  const StageClock clock;
  const Budget budget{kMiB};
  std::optional<Net> net{std::in_place};
  net->wait();
  meter.count_inference();
  net.reset();
  const RunFigures figures = meter.finish(clock, budget);
  EXPECT_GE(analyze_row(figures).cpu_us, kLeastOfANet);
  EXPECT_LE(static_cast<double>(analyze_row(figures).cpu_us), 1.1e6 * figures.cpu_seconds);
}

TEST(RunMeterTest, NetsOfBeforeCountForNothing) {
  std::optional<Net> net{std::in_place};
  net->wait();
  const RunMeter meter;
  const StageClock clock;
  const Budget budget{kMiB};
  net.reset();
  EXPECT_EQ(analyze_row(meter.finish(clock, budget)).cpu_us, 0) << "nor for less than nothing";
}

}  // namespace
}  // namespace albumen
