// SPDX-License-Identifier: Apache-2.0
// The memory pressure of this machine, live: what /proc and the cgroups say, as a level that many
// threads may ask for. Tested by pressure_probe_test.cpp.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/mutex.h"
#include "core/units.h"
#include "govern/pressure.h"

namespace albumen {

/// Reads a few small files of the kernel at each call. `gpu` is never there.
class MachineProbe : public PressureProbe {
 public:
  /// What this process has now, before its work, counts as its fixed overhead. `root` stands
  /// before /proc and /sys, for tests.
  explicit MachineProbe(Bytes budget, std::string root = "");

  PressureReading read() override;

 private:
  std::string root_;
  Bytes allowed_;  // budget and overhead; 0: unknown
};

/// The level now, for many threads: the probe is read at most every `kReadEvery`.
class PressureGauge {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  static constexpr std::chrono::milliseconds kReadEvery{100};

  /// `probe` outlives the gauge; null: the level is Unknown. `clock` is for tests.
  explicit PressureGauge(PressureProbe* probe, PressurePolicy policy = {},
                         Clock clock = std::chrono::steady_clock::now);

  PressureLevel level();

 private:
  PressureProbe* probe_;
  Clock clock_;
  Mutex mutex_;
  PressureMonitor monitor_ GUARDED_BY(mutex_);
  std::optional<std::chrono::steady_clock::time_point> read_at_ GUARDED_BY(mutex_);
};

}  // namespace albumen
