// SPDX-License-Identifier: Apache-2.0
// Memory pressure: a level with hysteresis from probe readings, and the quality ladder that a job
// may permit under pressure. The probe is an interface, so that tests simulate a machine;
// pressure_probe.h has the real one. Tested by pressure_test.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace albumen {

enum class PressureLevel : std::uint8_t { kUnknown, kNormal, kWarning, kCritical };

std::string_view name_of(PressureLevel level);

/// Used shares of what there is, 0..1 and above; absent where it cannot be read.
struct PressureReading {
  std::optional<double> process;  ///< anonymous RSS / (budget + fixed overhead)
  std::optional<double> cgroup;   ///< (current - what the kernel drops at need) / limit
  std::optional<double> host;     ///< (total - available) / total
  std::optional<double> gpu;      ///< used / total
};

/// Where readings come from. Implementations are internally locked.
class PressureProbe {
 public:
  virtual ~PressureProbe() = default;
  virtual PressureReading read() = 0;
};

/// Thresholds; shares of 1.
struct PressurePolicy {
  double warning = 0.80;
  double critical = 0.90;
  /// To come down, the share must be this far below the threshold...
  double hysteresis = 0.05;
  /// ...for this long.
  std::chrono::milliseconds settle{2000};
};

/// Turns readings into a level: rises at once, falls with hysteresis. One thread.
class PressureMonitor {
 public:
  explicit PressureMonitor(PressurePolicy policy = {});

  /// The level after `reading` at time `now`; the worst share decides, Unknown when there is none.
  PressureLevel update(const PressureReading& reading, std::chrono::steady_clock::time_point now);

  [[nodiscard]] PressureLevel level() const { return level_; }

 private:
  PressureLevel level_for(double share, double slack) const;

  PressurePolicy policy_;
  PressureLevel level_ = PressureLevel::kUnknown;
  std::optional<std::chrono::steady_clock::time_point> calm_since_;
};

/// One step of quality: longest side in pixels and JPEG-style quality 1..100.
struct QualityStep {
  std::string name;
  std::uint32_t longest_side = 0;
  int quality = 0;
};

/// Steps from best to worst. Never empty.
class QualityLadder {
 public:
  /// High 1024@95, Medium 800@85, Low 512@75.
  QualityLadder();

  /// Error: InvalidArgument unless there is a step and each is no better than the one before.
  static Result<QualityLadder> create(std::vector<QualityStep> steps);

  /// The step for `level`: Normal and Unknown the best, Critical the worst, Warning between.
  [[nodiscard]] const QualityStep& step_for(PressureLevel level) const;

  [[nodiscard]] const std::vector<QualityStep>& steps() const { return steps_; }

 private:
  std::vector<QualityStep> steps_;
};

}  // namespace albumen
