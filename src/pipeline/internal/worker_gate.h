// SPDX-License-Identifier: Apache-2.0
// How many workers of a run may have a picture in hand: all of them, or one at a time while the
// machine has hardly any memory left for it. Tested by worker_gate_test.cpp.
#pragma once

#include "core/mutex.h"
#include "core/stop.h"
#include "govern/pressure_probe.h"

namespace albumen {

/// Any thread. Somebody is always let in, so a run goes on however long the pressure lasts.
class WorkerGate {
 public:
  /// `probe`: of the machine and the control group, outlives the gate; null: all workers, always.
  /// What it says of this process does not count: the budget already keeps that.
  explicit WorkerGate(PressureProbe* probe);

  /// Waits until the caller may take a picture in hand, and lets it; false: stopped before.
  bool enter(const StopToken& stop);

  /// After `enter` gave true, once.
  void leave();

 private:
  class Surroundings final : public PressureProbe {
   public:
    explicit Surroundings(PressureProbe* probe) : probe_(probe) {}

    PressureReading read() override;

   private:
    PressureProbe* probe_;
  };

  Surroundings surroundings_;
  PressureGauge gauge_;
  Mutex mutex_;
  ConditionVariable left_;
  unsigned inside_ GUARDED_BY(mutex_) = 0;
};

}  // namespace albumen
