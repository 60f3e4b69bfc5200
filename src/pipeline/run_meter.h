// SPDX-License-Identifier: Apache-2.0
// What a run cost: wall and processor time, how busy process and machine were, peak memory, and the
// share of each stage. Samples /proc twice a second from a thread of its own.
// Tested by run_meter_test.cpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <vector>

#include "core/mutex.h"
#include "core/units.h"
#include "govern/budget.h"
#include "library/rows.h"
#include "pipeline/stage_clock.h"

namespace albumen {

/// Busy share of processors, in percent of all of the machine's together. Absent where /proc does
/// not tell.
struct BusyShare {
  std::optional<double> average;
  std::optional<double> peak;  ///< of half a second
};

struct RunFigures {
  double wall_seconds = 0;
  double cpu_seconds = 0;  ///< of this process, all threads
  BusyShare process;
  BusyShare machine;
  Bytes peak_resident;
  Bytes budget;
  Bytes peak_reserved;
  /// In the order of Stage. "analyze" has all processor time of the inference library's threads,
  /// too, also what they did while nets were loaded.
  std::vector<StageRow> stages;
};

/// Measures from its construction. One per run; `finish` from the thread that made it.
class RunMeter {
 public:
  RunMeter();
  RunMeter(const RunMeter&) = delete;
  RunMeter& operator=(const RunMeter&) = delete;
  ~RunMeter();

  [[nodiscard]] std::chrono::steady_clock::time_point started() const { return started_; }

  /// Before nets go that end before `finish`: their threads end with them, and take along what is
  /// known of their processor time. From then on nothing runs on nets.
  void count_inference();

  [[nodiscard]] RunFigures finish(const StageClock& clock, const Budget& budget) const;

  /// Counters at one moment.
  struct Reading {
    std::chrono::steady_clock::time_point at;
    double process_seconds = 0;
    std::optional<double> machine_busy_ticks;
    std::optional<double> machine_ticks;
  };

 private:
  void sample();
  [[nodiscard]] std::chrono::nanoseconds inference_time() const;

  std::chrono::steady_clock::time_point started_;
  Reading first_;
  std::chrono::nanoseconds first_inference_;  // of the inference library's own threads
  std::optional<std::chrono::nanoseconds> counted_inference_;  // since then
  mutable Mutex mutex_;
  Reading last_ GUARDED_BY(mutex_);
  double process_peak_ GUARDED_BY(mutex_) = 0;
  std::optional<double> machine_peak_ GUARDED_BY(mutex_);
  std::jthread sampler_;  // last: uses all of the above
};

}  // namespace albumen
