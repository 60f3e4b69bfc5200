// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/worker_gate.h"

#include <atomic>
#include <gtest/gtest.h>
#include <stop_token>
#include <thread>

namespace albumen {
namespace {

class SetProbe final : public PressureProbe {
 public:
  explicit SetProbe(PressureReading reading) : reading_(reading) {}

  PressureReading read() override { return reading_; }

 private:
  PressureReading reading_;
};

PressureReading host(double share) {
  return {.process = {}, .cgroup = {}, .host = share, .gpu = {}};
}

// Of three that want in at once.
unsigned let_in(PressureProbe* probe) {
  WorkerGate gate{probe};
  std::stop_source stopped;
  stopped.request_stop();  // nobody waits
  unsigned count = 0;
  for (int worker = 0; worker < 3; ++worker) {
    count += gate.enter(stopped.get_token()) ? 1U : 0U;
  }
  return count;
}

TEST(WorkerGateTest, AMachineWithoutMemoryLetsOneAtATime) {
  SetProbe short_of_memory{host(0.95)};
  EXPECT_EQ(let_in(&short_of_memory), 1U);
  SetProbe limited{{.process = {}, .cgroup = 0.99, .host = 0.2, .gpu = {}}};
  EXPECT_EQ(let_in(&limited), 1U);
}

TEST(WorkerGateTest, ElseAllWork) {
  SetProbe calm{host(0.5)};
  EXPECT_EQ(let_in(&calm), 3U);
  SetProbe warned{host(0.85)};
  EXPECT_EQ(let_in(&warned), 3U);
  EXPECT_EQ(let_in(nullptr), 3U);
}

// A run that uses the budget it was given is not short of memory.
TEST(WorkerGateTest, WhatThisProcessUsesIsTheBudgetsAffair) {
  SetProbe full{{.process = 0.99, .cgroup = 0.5, .host = 0.5, .gpu = {}}};
  EXPECT_EQ(let_in(&full), 3U);
}

TEST(WorkerGateTest, WhoLeavesLetsTheNextIn) {
  SetProbe short_of_memory{host(0.95)};
  WorkerGate gate{&short_of_memory};
  ASSERT_TRUE(gate.enter({}));
  std::atomic<bool> is_in = false;
  {
    const std::jthread next{[&] {
      is_in = gate.enter({});
      gate.leave();
    }};
    gate.leave();
  }
  EXPECT_TRUE(is_in);
}

}  // namespace
}  // namespace albumen
