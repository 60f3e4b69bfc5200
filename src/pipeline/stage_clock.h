// SPDX-License-Identifier: Apache-2.0
// Where time and memory of a run go: per stage a count, wall and CPU seconds, bytes, percentiles of
// the wall time of one item, and the most memory that was reserved meanwhile. Tested by
// stage_clock_test.cpp.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string_view>

#include "core/units.h"
#include "govern/budget.h"

namespace albumen {

enum class Stage : std::uint8_t {
  kList,
  kRead,
  kHash,
  kDecode,
  kPrepare,
  kAnalyze,
  kEncode,
  kWrite,
  kGroup
};

inline constexpr std::size_t kStageCount = 9;

std::string_view name_of(Stage stage);

/// Durations in buckets that grow by about 6 %, so a percentile is right to that. From 1 us to
/// more than an hour. Lock-free; any thread.
class DurationHistogram {
 public:
  void add(std::chrono::nanoseconds duration);

  /// The upper edge of the bucket below which the share `quantile` (0..1) lies; zero when empty.
  [[nodiscard]] std::chrono::nanoseconds quantile(double quantile) const;

 private:
  static constexpr std::size_t kBucketsPerOctave = 12;
  static constexpr std::size_t kBuckets = 32 * kBucketsPerOctave;
  std::array<std::atomic<std::uint32_t>, kBuckets> counts_{};
};

/// What one item took in a stage.
struct StageItem {
  std::chrono::nanoseconds wall{0};
  std::chrono::nanoseconds cpu{0};
  Bytes bytes;
  Bytes peak_reserved;  ///< most that all work together had reserved meanwhile
};

/// The figures of one stage. Lock-free; any thread.
struct StageFigures {
  void add(const StageItem& item);

  std::atomic<std::uint64_t> count = 0;
  std::atomic<std::uint64_t> bytes = 0;
  std::atomic<std::int64_t> wall_ns = 0;
  std::atomic<std::int64_t> cpu_ns = 0;
  std::atomic<std::uint64_t> peak_reserved = 0;  ///< bytes
  DurationHistogram durations;
};

/// All stages of a run.
class StageClock {
 public:
  /// `budget` outlives the clock. Null: memory is not looked at.
  explicit StageClock(Budget* budget = nullptr) : budget_(budget) {}

  [[nodiscard]] Budget* budget() const { return budget_; }

  [[nodiscard]] StageFigures& figures(Stage stage) {
    return figures_[static_cast<std::size_t>(stage)];
  }

  [[nodiscard]] const StageFigures& figures(Stage stage) const {
    return figures_[static_cast<std::size_t>(stage)];
  }

 private:
  Budget* budget_;
  std::array<StageFigures, kStageCount> figures_;
};

/// Times one item in one stage, from construction to destruction, both on one thread. The processor
/// time is that thread's; for Stage::kGroup, which works on several threads and runs when nothing
/// else does, it is that of the whole process.
class StageTimer {
 public:
  StageTimer(StageClock& clock, Stage stage, Bytes bytes = Bytes{});
  ~StageTimer();
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  StageFigures& figures_;  // of a clock that outlives the timer
  const clockid_t cpu_clock_;
  const Bytes bytes_;
  std::optional<PeakWatch> memory_;
  std::chrono::steady_clock::time_point wall_start_;
  std::chrono::nanoseconds cpu_start_;
};

}  // namespace albumen
