// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/run_summary.h"

#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/version.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

double images_per_second(const IndexSummary& summary) {
  const auto worked = static_cast<double>(summary.progress.done + summary.progress.failed);
  return summary.figures.wall_seconds > 0 ? worked / summary.figures.wall_seconds : 0;
}

std::int64_t all_cpu_us(const RunFigures& figures) {
  return std::transform_reduce(figures.stages.begin(), figures.stages.end(), std::int64_t{0},
                               std::plus{}, [](const StageRow& stage) { return stage.cpu_us; });
}

// Share of a stage in the processor time of all stages, in percent.
double share_of(const StageRow& stage, std::int64_t all_us) {
  return all_us > 0 ? 100.0 * static_cast<double>(stage.cpu_us) / static_cast<double>(all_us) : 0;
}

double rounded(double value) { return std::round(value * 100.0) / 100.0; }

Json percent(const std::optional<double>& share) { return share ? Json(rounded(*share)) : Json(); }

Json summary_json(const IndexSummary& summary) {
  const RunFigures& figures = summary.figures;
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
          {"images_per_second", rounded(images_per_second(summary))},
          {"cpu_seconds", rounded(figures.cpu_seconds)},
          {"cpu_percent",
           {{"process_average", percent(figures.process.average)},
            {"process_peak", percent(figures.process.peak)},
            {"machine_average", percent(figures.machine.average)},
            {"machine_peak", percent(figures.machine.peak)}}},
          {"peak_resident_bytes", figures.peak_resident.count()},
          {"peak_reserved_bytes", figures.peak_reserved.count()},
          {"memory_budget_bytes", figures.budget.count()},
          {"listed", summary.progress.listed.load()},
          {"done", summary.progress.done.load()},
          {"copies", summary.progress.copies.load()},
          {"unchanged", summary.progress.unchanged.load()},
          {"vanished", summary.report.vanished},
          {"skipped", summary.report.skipped},
          {"failed", summary.report.failed},
          {"failed_before", summary.progress.failed_before.load()},
          {"faces", summary.progress.faces.load()},
          {"people", summary.people.people},
          {"grouped_faces", summary.people.faces},
          {"interrupted", summary.report.interrupted},
          {"stages", stages}};
}

std::string reasons(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [reason, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", human_count(count), reason);
  }
  return text;
}

std::string busy(const BusyShare& share) {
  return share.average ? fmt::format("{:.0f} % (peak {:.0f} %)", *share.average,
                                     share.peak.value_or(*share.average))
                       : "unknown";
}

void print_counts(const IndexSummary& summary) {
  const IndexProgress& progress = summary.progress;
  fmt::print("pictures  {} done", human_count(progress.done));
  if (progress.copies > 0) {
    fmt::print(" ({} known by their bytes)", human_count(progress.copies));
  }
  fmt::print(", {} unchanged\n", human_count(progress.unchanged));
  if (!summary.report.failed.empty()) {
    fmt::print("failed    {}\n", reasons(summary.report.failed));
  }
  if (progress.failed_before > 0) {
    fmt::print(
        "failed    {} before, not tried again because unchanged; --rehash or a new version tries "
        "again\n",
        human_count(progress.failed_before));
  }
  if (!summary.report.skipped.empty()) {
    fmt::print("skipped   {}\n", reasons(summary.report.skipped));
  }
  if (summary.report.vanished > 0) {
    fmt::print("vanished  {}\n", human_count(summary.report.vanished));
  }
  if (summary.people.known) {
    fmt::print("people    {} from {} faces{}\n", human_count(summary.people.people),
               human_count(summary.people.faces),
               summary.people.tentative > 0 ? fmt::format(", {} more seen once or twice",
                                                          human_count(summary.people.tentative))
                                            : "");
  }
}

void print_figures(const IndexSummary& summary) {
  const RunFigures& figures = summary.figures;
  fmt::print("time      {}, {:.1f} images/s, {:.1f} CPU seconds\n",
             human_duration(figures.wall_seconds), images_per_second(summary), figures.cpu_seconds);
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

}  // namespace

void print_summary(const Context& context, const IndexSummary& summary) {
  if (context.options.json) {
    fmt::print("{}\n", Json{{"summary", summary_json(summary)}}.dump());
  } else if (!context.options.quiet) {
    print_counts(summary);
    print_figures(summary);
  }
  if (summary.report.interrupted) {
    fmt::print(stderr,
               "albumen: stopped; everything finished so far is kept. Run the same command again "
               "to go on.\n");
  }
}

RunStart run_start(std::string command, const std::vector<AnalyzerId>& analyzers) {
  return {.command = std::move(command),
          .program_version = std::string{program_version()},
          .started_ms = unix_ms(),
          .analyzers = analyzers};
}

RunFinish run_finish(const Result<IndexReport>& outcome, const IndexProgress& progress,
                     const RunFigures& figures) {
  RunFinish finish;
  finish.outcome = !outcome ? "failed" : outcome->interrupted ? "interrupted" : "finished";
  finish.finished_ms = unix_ms();
  finish.done = static_cast<std::int64_t>(progress.done.load());
  finish.failed = static_cast<std::int64_t>(progress.failed.load());
  finish.failed_before = static_cast<std::int64_t>(progress.failed_before.load());
  finish.unchanged = static_cast<std::int64_t>(progress.unchanged.load());
  finish.peak_bytes = static_cast<std::int64_t>(figures.peak_resident.count());
  if (outcome) {
    for (const auto& [reason, count] : outcome->skipped) {
      finish.skipped[reason] = static_cast<std::int64_t>(count);
    }
  }
  finish.stages = figures.stages;
  return finish;
}

ProgressView::Mode progress_mode(const Context& context) {
  const GlobalOptions& options = context.options;
  const bool wanted = !options.no_progress && !options.quiet && !options.json;
  return wanted && stderr_is_terminal() ? ProgressView::Mode::kTerminal : ProgressView::Mode::kOff;
}

}  // namespace albumen
