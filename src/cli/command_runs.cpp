// SPDX-License-Identifier: Apache-2.0
// `albumen runs`: what ran on this library, and where its time went.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/summary_text.h"
#include "cli/progress_view.h"
#include "files/file_names.h"
#include "library/library.h"
#include "pipeline/stage_clock.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMicrosecondsPerMillisecond = 1e3;
constexpr double kMicrosecondsPerSecond = 1e6;

struct RunsOptions {
  std::int64_t limit = 10;
};

// Its stages in the order in which a picture goes through them; those of another version last.
std::vector<StageRow> stages_in_order(const RunRow& run) {
  const auto place = [](const StageRow& row) {
    std::size_t index = 0;
    while (index < kStageCount && name_of(static_cast<Stage>(index)) != row.stage) {
      ++index;
    }
    return index;
  };
  std::vector<StageRow> stages = run.finish.stages;
  std::ranges::stable_sort(stages, {}, place);
  return stages;
}

// A glob may have named a thousand pictures; --json has all that is known.
std::string first_part(const std::string& command) {
  constexpr std::size_t kShown = 160;
  return command.size() <= kShown ? command : cut_to(command, kShown).append("...");
}

Json to_json(const RunRow& run) {
  Json stages = Json::array();
  for (const StageRow& stage : stages_in_order(run)) {
    stages.push_back({{"stage", stage.stage},
                      {"count", stage.count},
                      {"p50_us", stage.p50_us},
                      {"p95_us", stage.p95_us},
                      {"bytes", stage.bytes},
                      {"cpu_us", stage.cpu_us},
                      {"peak_bytes", stage.peak_bytes}});
  }
  return {{"run", run.run},
          {"command", run.command},
          {"version", run.program_version},
          {"started_ms", run.started_ms},
          {"finished_ms", run.finish.finished_ms},
          {"outcome", run.finish.outcome},
          {"done", run.finish.done},
          {"failed", run.finish.failed},
          {"failed_before", run.finish.failed_before},
          {"unchanged", run.finish.unchanged},
          {"skipped", run.finish.skipped},
          {"peak_bytes", run.finish.peak_bytes},
          {"stages", stages}};
}

void print_run(const RunRow& run) {
  fmt::print("run {}  {}  {}  {}\n", run.run, local_time(run.started_ms), run.finish.outcome,
             first_part(run.command));
  if (run.finish.finished_ms == 0) {
    return;
  }
  const double seconds = static_cast<double>(run.finish.finished_ms - run.started_ms) / 1e3;
  fmt::print("  {}: {} done, {} unchanged, {} failed, {} failed before, peak memory {}\n",
             human_duration(seconds), human_count(static_cast<std::uint64_t>(run.finish.done)),
             human_count(static_cast<std::uint64_t>(run.finish.unchanged)),
             human_count(static_cast<std::uint64_t>(run.finish.failed)),
             human_count(static_cast<std::uint64_t>(run.finish.failed_before)),
             to_string(Bytes{static_cast<std::uint64_t>(run.finish.peak_bytes)}));
  for (const StageRow& stage : stages_in_order(run)) {
    if (stage.count > 0) {
      fmt::print(
          "  {:8} {:>9} x  p50 {:>9.2f} ms  p95 {:>9.2f} ms  CPU {:>9.2f} s  {:>9}  at most "
          "{:>9}\n",
          stage.stage, human_count(static_cast<std::uint64_t>(stage.count)),
          static_cast<double>(stage.p50_us) / kMicrosecondsPerMillisecond,
          static_cast<double>(stage.p95_us) / kMicrosecondsPerMillisecond,
          static_cast<double>(stage.cpu_us) / kMicrosecondsPerSecond,
          to_string(Bytes{static_cast<std::uint64_t>(stage.bytes)}),
          to_string(Bytes{static_cast<std::uint64_t>(stage.peak_bytes)}));
    }
  }
}

Result<ExitCode> show_runs(const Context& context, const RunsOptions& options) {
  const auto library = TRY(open_library(context, {}));
  const auto runs = TRY(library->runs(options.limit));
  for (const RunRow& run : runs) {
    if (context.options.json) {
      fmt::print("{}\n", to_json(run).dump());
    } else {
      print_run(run);
    }
  }
  if (runs.empty() && !context.options.json) {
    fmt::print("nothing ran on {} yet\n", library->path());
  }
  return ExitCode::kSuccess;
}

}  // namespace

void add_runs_command(CommandTable& table) {
  const auto options = std::make_shared<RunsOptions>();
  CLI::App* command =
      table.add(nullptr, "runs", "What ran on a library: counts, times per stage, peak memory",
                [options](const Context& context) { return show_runs(context, *options); });
  command->group("Care");
  command->add_option("--limit", options->limit, "How many, latest first")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}));
}

}  // namespace albumen
