// SPDX-License-Identifier: Apache-2.0
#include "govern/budget.h"

#include <atomic>
#include <gtest/gtest.h>
#include <random>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/units.h"

namespace albumen {
namespace {

TEST(BudgetTest, GivesBackWhenTheReservationEnds) {
  Budget budget{kMiB};
  {
    const auto reservation = budget.reserve(MemoryTag::kPixels, kKiB, {}).value();
    EXPECT_EQ(budget.used(), kKiB);
    EXPECT_EQ(budget.used(MemoryTag::kPixels), kKiB);
  }
  EXPECT_EQ(budget.used(), Bytes{});
  EXPECT_EQ(budget.peak(), kKiB);
}

TEST(BudgetTest, WhatCanNeverFitIsRefusedAtOnceWithNeedAndLimit) {
  Budget budget{kMiB};
  const auto reservation = budget.reserve(MemoryTag::kPixels, kMiB * 2, {});
  ASSERT_FALSE(reservation.has_value());
  EXPECT_EQ(reservation.error().code, ErrorCode::kBudgetExceeded);
  EXPECT_EQ(reservation.error().message, "needs 2.00 MiB, the memory budget is 1.00 MiB");
}

TEST(BudgetTest, ShrinkSplitAndMergeMoveBytesWithoutLosingAny) {
  Budget budget{kMiB};
  auto job = budget.reserve(MemoryTag::kOther, kKiB * 100, {}).value();
  auto pixels = job.split(MemoryTag::kPixels, kKiB * 60).value();
  EXPECT_EQ(job.size(), kKiB * 40);
  EXPECT_EQ(budget.used(MemoryTag::kPixels), kKiB * 60);
  pixels.shrink_to(kKiB * 50);
  EXPECT_EQ(budget.used(), kKiB * 90);
  job.merge(std::move(pixels));
  EXPECT_EQ(job.size(), kKiB * 90);
  EXPECT_EQ(budget.used(MemoryTag::kPixels), Bytes{});
  EXPECT_EQ(job.split(MemoryTag::kPixels, kMiB).error().code, ErrorCode::kInternal);
}

TEST(BudgetTest, ABigRequestAtTheHeadIsNotOvertaken) {
  Budget budget{kKiB * 10};
  auto held = budget.reserve(MemoryTag::kOther, kKiB * 4, {}).value();
  std::atomic<bool> big_served = false;
  std::jthread big{[&] {
    const auto reservation = budget.reserve(MemoryTag::kOther, kKiB * 10, {}).value();
    big_served = true;
  }};
  while (!budget.someone_waits()) {
    std::this_thread::yield();
  }
  EXPECT_FALSE(budget.try_reserve(MemoryTag::kOther, kKiB).has_value());
  std::atomic<bool> small_after_big = false;
  std::jthread small{[&] {
    const auto reservation = budget.reserve(MemoryTag::kOther, kKiB, {}).value();
    small_after_big = big_served.load();
  }};
  held.shrink_to(Bytes{});
  small.join();
  EXPECT_TRUE(small_after_big);
}

TEST(BudgetTest, AStopEndsTheWaiting) {
  Budget budget{kKiB};
  const auto held = budget.reserve(MemoryTag::kOther, kKiB, {}).value();
  std::stop_source stop;
  std::jthread waiter{[&] {
    EXPECT_EQ(budget.reserve(MemoryTag::kOther, kKiB, stop.get_token()).error().code,
              ErrorCode::kCancelled);
  }};
  while (!budget.someone_waits()) {
    std::this_thread::yield();
  }
  stop.request_stop();
}

TEST(BudgetTest, OneLargestJobAndEightWorkersFinish) {
  Budget budget{kMiB * 32};
  std::atomic<int> finished = 0;
  {
    std::vector<std::jthread> workers;
    workers.reserve(8);
    for (unsigned worker = 0; worker < 8; ++worker) {
      workers.emplace_back([&budget, &finished, worker] {
        std::mt19937 random{worker};
        for (int job = 0; job < 200; ++job) {
          const Bytes size = job % 10 == 0 ? budget.limit() : kKiB * (1 + random() % 8192);
          auto reservation = budget.reserve(MemoryTag::kPixels, size, {}).value();
          reservation.shrink_to(size / 2);
          ++finished;
        }
      });
    }
  }
  EXPECT_EQ(finished, 8 * 200);
  EXPECT_LE(budget.peak(), budget.limit());
  EXPECT_EQ(budget.used(), Bytes{});
}

TEST(BudgetTest, AWatchKnowsTheMostThatWasReservedSinceItBegan) {
  Budget budget{kMiB};
  {
    const auto before = budget.reserve(MemoryTag::kPixels, kKiB * 500, {}).value();
  }
  const auto held = budget.reserve(MemoryTag::kPixels, kKiB, {}).value();
  const PeakWatch watch{budget};
  EXPECT_EQ(watch.peak(), kKiB);
  {
    const auto meanwhile = budget.reserve(MemoryTag::kOther, kKiB * 100, {}).value();
  }
  const PeakWatch later{budget};
  EXPECT_EQ(watch.peak(), kKiB * 101);
  EXPECT_EQ(later.peak(), kKiB);
}

TEST(BudgetTest, TheNthReservationCanBeMadeToFail) {
  Budget budget{kMiB};
  budget.fail_nth_for_testing(2);
  EXPECT_TRUE(budget.reserve(MemoryTag::kOther, kKiB, {}).has_value());
  EXPECT_FALSE(budget.reserve(MemoryTag::kOther, kKiB, {}).has_value());
  EXPECT_TRUE(budget.reserve(MemoryTag::kOther, kKiB, {}).has_value());
}

}  // namespace
}  // namespace albumen
