// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/worker_gate.h"

#include <chrono>

namespace albumen {

PressureReading WorkerGate::Surroundings::read() {
  PressureReading reading = probe_ == nullptr ? PressureReading{} : probe_->read();
  reading.process.reset();
  return reading;
}

WorkerGate::WorkerGate(PressureProbe* probe) : surroundings_(probe), gauge_(&surroundings_) {}

bool WorkerGate::enter(const StopToken& stop) {
  const MutexLock lock{mutex_};
  while (inside_ > 0 && gauge_.level() == PressureLevel::kCritical) {
    if (stop.stop_requested()) {
      return false;
    }
    // The pressure may go, too.
    left_.wait_until(mutex_, std::chrono::steady_clock::now() + PressureGauge::kReadEvery);
  }
  ++inside_;
  return true;
}

void WorkerGate::leave() {
  {
    const MutexLock lock{mutex_};
    --inside_;
  }
  left_.notify_one();
}

}  // namespace albumen
