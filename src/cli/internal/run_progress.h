// SPDX-License-Identifier: Apache-2.0
// The counters of a run as the numbers that its progress line tells, with rates.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "cli/internal/progress_line.h"
#include "cli/internal/recent_rate.h"
#include "pipeline/dataset_run.h"
#include "pipeline/index_run.h"

namespace albumen {

/// Grouping after an index run, for whoever draws it. Written by the run only.
struct GroupingProgress {
  std::atomic<bool> has_begun = false;
  std::atomic<std::uint64_t> faces = 0;  ///< to group; 0 until that is known
};

/// `numbers` belongs to the thread that draws.
class IndexNumbers {
 public:
  /// Both outlive this.
  IndexNumbers(const IndexProgress& progress, const GroupingProgress& grouping)
      : progress_(progress), grouping_(grouping) {}

  ProgressNumbers numbers();

 private:
  using Clock = std::chrono::steady_clock;

  const IndexProgress& progress_;
  const GroupingProgress& grouping_;
  Clock::time_point started_ = Clock::now();
  double grouping_began_ = -1;  // seconds after that; negative: not yet
  RecentRate listing_;
  RecentRate reading_;
  RecentRate processing_;
};

/// Likewise, of a dataset run.
class DatasetNumbers {
 public:
  /// Outlives this.
  explicit DatasetNumbers(const DatasetProgress& progress) : progress_(progress) {}

  ProgressNumbers numbers();

 private:
  using Clock = std::chrono::steady_clock;

  const DatasetProgress& progress_;
  Clock::time_point started_ = Clock::now();
  RecentRate listing_;
  RecentRate reading_;
  RecentRate processing_;
  RecentRate packing_;
};

}  // namespace albumen
