// SPDX-License-Identifier: Apache-2.0
#include "govern/pressure.h"

#include <gtest/gtest.h>

namespace albumen {
namespace {

using namespace std::chrono_literals;
using enum PressureLevel;

constexpr std::chrono::steady_clock::time_point kStart{};

PressureReading host(double share) { return {.host = share}; }

TEST(PressureMonitorTest, RisesAtOnceAndFallsOnlyAfterSettlingWellBelow) {
  PressureMonitor monitor;
  EXPECT_EQ(monitor.update(host(0.5), kStart), kNormal);
  EXPECT_EQ(monitor.update(host(0.80), kStart + 1s), kWarning);
  EXPECT_EQ(monitor.update(host(0.95), kStart + 2s), kCritical);
  EXPECT_EQ(monitor.update(host(0.86), kStart + 3s), kCritical) << "within five points of 90 %";
  EXPECT_EQ(monitor.update(host(0.70), kStart + 4s), kCritical) << "calm, but not for 2 s yet";
  EXPECT_EQ(monitor.update(host(0.70), kStart + 6s), kNormal);
}

TEST(PressureMonitorTest, AWobbleStartsTheCalmOver) {
  PressureMonitor monitor;
  monitor.update(host(0.85), kStart);
  monitor.update(host(0.5), kStart + 1s);
  monitor.update(host(0.82), kStart + 2s);
  EXPECT_EQ(monitor.update(host(0.5), kStart + 3500ms), kWarning);
  EXPECT_EQ(monitor.update(host(0.5), kStart + 5500ms), kNormal);
}

TEST(PressureMonitorTest, TheWorstShareDecides) {
  PressureMonitor monitor;
  EXPECT_EQ(monitor.update({.process = 0.1, .cgroup = 0.91, .host = 0.3}, kStart), kCritical);
}

TEST(PressureMonitorTest, NothingReadableIsUnknownNotNormal) {
  PressureMonitor monitor;
  EXPECT_EQ(monitor.update({}, kStart), kUnknown);
  EXPECT_EQ(monitor.update(host(0.1), kStart), kNormal);
}

TEST(QualityLadderTest, StepsFollowTheLevel) {
  const QualityLadder ladder;
  EXPECT_EQ(ladder.step_for(kNormal).longest_side, 1024U);
  EXPECT_EQ(ladder.step_for(kUnknown).quality, 95);
  EXPECT_EQ(ladder.step_for(kWarning).name, "medium");
  EXPECT_EQ(ladder.step_for(kCritical).longest_side, 512U);
}

TEST(QualityLadderTest, AnyNumberOfStepsButNeverUpwards) {
  EXPECT_FALSE(QualityLadder::create({}).has_value());
  EXPECT_FALSE(QualityLadder::create({{"a", 100, 50}, {"b", 200, 50}}).has_value());
  EXPECT_FALSE(QualityLadder::create({{"a", 100, 101}}).has_value());
  const auto two = QualityLadder::create({{"a", 200, 50}, {"b", 100, 50}}).value();
  EXPECT_EQ(two.step_for(kWarning).name, "b");
  const auto one = QualityLadder::create({{"a", 200, 50}}).value();
  EXPECT_EQ(one.step_for(kCritical).name, "a");
}

}  // namespace
}  // namespace albumen
