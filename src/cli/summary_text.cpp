// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/summary_text.h"

#include <cmath>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "cli/progress_view.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t all_cpu_us(const RunFigures& figures) {
  return std::transform_reduce(figures.stages.begin(), figures.stages.end(), std::int64_t{0},
                               std::plus{}, [](const StageRow& stage) { return stage.cpu_us; });
}

// Share of a stage in the processor time of all stages, in percent.
double share_of(const StageRow& stage, std::int64_t all_us) {
  return all_us > 0 ? 100.0 * static_cast<double>(stage.cpu_us) / static_cast<double>(all_us) : 0;
}

Json percent(const std::optional<double>& share) { return share ? Json(rounded(*share)) : Json(); }

std::string busy(const BusyShare& share) {
  return share.average ? fmt::format("{:.0f} % (peak {:.0f} %)", *share.average,
                                     share.peak.value_or(*share.average))
                       : "unknown";
}

}  // namespace

double rounded(double value) { return std::round(value * 100.0) / 100.0; }

nlohmann::ordered_json figures_json(const RunFigures& figures) {
  Json stages = Json::object();
  for (const StageRow& stage : figures.stages) {
    stages[stage.stage] = {{"count", stage.count},
                           {"p50_us", stage.p50_us},
                           {"p95_us", stage.p95_us},
                           {"bytes", stage.bytes},
                           {"cpu_us", stage.cpu_us},
                           {"peak_bytes", stage.peak_bytes},
                           {"share_percent", rounded(share_of(stage, all_cpu_us(figures)))}};
  }
  return {{"wall_seconds", rounded(figures.wall_seconds)},
          {"cpu_seconds", rounded(figures.cpu_seconds)},
          {"cpu_percent",
           {{"process_average", percent(figures.process.average)},
            {"process_peak", percent(figures.process.peak)},
            {"machine_average", percent(figures.machine.average)},
            {"machine_peak", percent(figures.machine.peak)}}},
          {"peak_resident_bytes", figures.peak_resident.count()},
          {"peak_reserved_bytes", figures.peak_reserved.count()},
          {"memory_budget_bytes", figures.budget.count()},
          {"stages", stages}};
}

void print_figures(const RunFigures& figures, double images_per_second) {
  const std::string rate =
      images_per_second > 0 ? fmt::format(", {:.1f} images/s", images_per_second) : "";
  fmt::print("time      {}{}, {:.1f} CPU seconds\n", human_duration(figures.wall_seconds), rate,
             figures.cpu_seconds);
  fmt::print("CPU       process {}, machine {}\n", busy(figures.process), busy(figures.machine));
  fmt::print("memory    peak {} resident, {} of the budget of {} reserved\n",
             to_string(figures.peak_resident), to_string(figures.peak_reserved),
             to_string(figures.budget));
  std::string shares;
  for (const StageRow& stage : figures.stages) {
    if (stage.count > 0) {
      shares += fmt::format("{}{} {:.0f} %", shares.empty() ? "" : ", ", stage.stage,
                            share_of(stage, all_cpu_us(figures)));
    }
  }
  fmt::print("stages    {}\n", shares);
}

std::string local_time(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} {}", human_count(count), count == 1 ? one : several);
}

std::string seldom_seen(std::optional<std::uint64_t> least_faces) {
  if (!least_faces) {
    return "seen fewer times than a person needs";
  }
  switch (*least_faces) {
    case 2:
      return "seen once";
    case 3:
      return "seen once or twice";
    default:
      return fmt::format("seen fewer than {} times", human_count(*least_faces));
  }
}

std::string reasons_text(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [reason, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", human_count(count), reason);
  }
  return text;
}

}  // namespace albumen
