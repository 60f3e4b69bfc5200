// SPDX-License-Identifier: Apache-2.0
#include "govern/pressure.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/result.h"

namespace albumen {

std::string_view name_of(PressureLevel level) {
  constexpr std::array<std::string_view, 4> kNames{"unknown", "normal", "warning", "critical"};
  return kNames.at(static_cast<std::size_t>(level));
}

PressureMonitor::PressureMonitor(PressurePolicy policy) : policy_(policy) {}

PressureLevel PressureMonitor::level_for(double share, double slack) const {
  if (share >= policy_.critical - slack) {
    return PressureLevel::kCritical;
  }
  return share >= policy_.warning - slack ? PressureLevel::kWarning : PressureLevel::kNormal;
}

PressureLevel PressureMonitor::update(const PressureReading& reading,
                                      std::chrono::steady_clock::time_point now) {
  std::optional<double> worst;
  for (const auto& share : {reading.process, reading.cgroup, reading.host, reading.gpu}) {
    if (share && (!worst || *share > *worst)) {
      worst = share;
    }
  }
  if (!worst) {
    calm_since_.reset();
    return level_ = PressureLevel::kUnknown;
  }
  const PressureLevel risen = level_for(*worst, 0);
  // Seen with thresholds lowered by the hysteresis: only below those is it calmer than now.
  const PressureLevel settled = level_for(*worst, policy_.hysteresis);
  if (level_ == PressureLevel::kUnknown || risen >= level_ || settled >= level_) {
    calm_since_.reset();
    return level_ = std::max(risen, level_);
  }
  if (!calm_since_) {
    calm_since_ = now;
  }
  if (now - *calm_since_ >= policy_.settle) {
    calm_since_.reset();
    level_ = settled;
  }
  return level_;
}

QualityLadder::QualityLadder()
    : steps_{{.name = "high", .longest_side = 1024, .quality = 95},
             {.name = "medium", .longest_side = 800, .quality = 85},
             {.name = "low", .longest_side = 512, .quality = 75}} {}

Result<QualityLadder> QualityLadder::create(std::vector<QualityStep> steps) {
  const auto better = [](const QualityStep& later, const QualityStep& earlier) {
    return later.longest_side > earlier.longest_side || later.quality > earlier.quality;
  };
  for (std::size_t index = 0; index < steps.size(); ++index) {
    const QualityStep& step = steps[index];
    if (step.longest_side == 0 || step.quality < 1 || step.quality > 100 ||
        (index > 0 && better(step, steps[index - 1]))) {
      return fail(ErrorCode::kInvalidArgument,
                  "quality step '" + step.name +
                      "' must have a size, a quality of 1 to 100, and be no better than the one "
                      "before it");
    }
  }
  if (steps.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a quality ladder needs at least one step");
  }
  QualityLadder ladder;
  ladder.steps_ = std::move(steps);
  return ladder;
}

const QualityStep& QualityLadder::step_for(PressureLevel level) const {
  switch (level) {
    case PressureLevel::kWarning:
      return steps_[(steps_.size() - 1) / 2 + (steps_.size() == 2 ? 1 : 0)];
    case PressureLevel::kCritical:
      return steps_.back();
    case PressureLevel::kUnknown:
    case PressureLevel::kNormal:
      break;
  }
  return steps_.front();
}

}  // namespace albumen
