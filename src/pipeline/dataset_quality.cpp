// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_quality.h"

#include <span>

#include "govern/pressure.h"
#include "govern/pressure_probe.h"

namespace albumen {
namespace {

// Whether what was reduced gives what was asked anyway.
bool is_same(const ChosenOutput& reduced, const ChosenOutput& asked) {
  const bool has_quality = asked.plan.format != OutputFormat::kPng && !asked.plan.may_copy;
  return reduced.plan.size == asked.plan.size &&
         (!has_quality || reduced.settings.quality == asked.settings.quality);
}

}  // namespace

Result<ChosenOutput> choose_output(const DatasetJob& job, const SourceEntry& entry,
                                   const ImageInfo& info) {
  const auto planned = [&](const PictureSettings& settings,
                           const std::string& level) -> Result<ChosenOutput> {
    const OutputPlan plan = TRY(plan_output({.entry = entry,
                                             .info = info,
                                             .settings = settings,
                                             .buckets = job.buckets,
                                             .limit = job.limit,
                                             .longtail = job.environment.longtail}));
    return ChosenOutput{.plan = plan, .settings = settings, .level = level};
  };
  auto asked = planned(job.request.settings, {});
  const PressureLevel level = job.pressure.level();
  job.environment.progress.pressure = level;
  const bool is_calm = level == PressureLevel::kNormal || level == PressureLevel::kUnknown;
  const bool is_too_large = !asked && asked.error().code == ErrorCode::kBudgetExceeded;
  if (!job.request.degrade || (asked ? is_calm : !is_too_large)) {
    return asked;
  }
  const QualityLadder ladder;
  const std::span<const QualityStep> steps{&ladder.step_for(level), &ladder.steps().back() + 1};
  for (const QualityStep& step : steps) {
    auto reduced = planned(reduced_to(job.request.settings, step), step.name);
    if (reduced) {
      return asked && is_same(*reduced, *asked) ? asked : reduced;
    }
  }
  return asked;
}

}  // namespace albumen
