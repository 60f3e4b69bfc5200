// SPDX-License-Identifier: Apache-2.0
// `albumen dataset`: sources into a folder or archive of training pictures, with captions and a
// manifest.

#include <chrono>
#include <fmt/core.h>
#include <string_view>

#include "cli/internal/command.h"
#include "cli/internal/dataset_flags.h"
#include "cli/internal/dataset_summary.h"
#include "cli/internal/failure_list.h"
#include "cli/internal/progress_line.h"
#include "cli/internal/run_summary.h"
#include "cli/progress_view.h"
#include "decode/longtail.h"
#include "govern/pressure_probe.h"
#include "pipeline/dataset_run.h"
#include "pipeline/run_meter.h"

namespace albumen {
namespace {

std::string_view stage_of(const DatasetProgress& progress) {
  if (!progress.listing_finished) {
    return "listing";
  }
  return progress.to_archive > 0 ? "packing" : "working";
}

// The pace is that since the listing.
ProgressNumbers numbers_of(const DatasetProgress& progress) {
  const std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - progress.listed_at.load();
  const std::uint64_t worked = progress.written + progress.planned + progress.failed;
  const PressureLevel level = progress.pressure;
  return {.stage = stage_of(progress),
          .listed = progress.listed,
          .listing_finished = progress.listing_finished,
          .finished = worked + progress.unchanged + progress.skipped,
          .worked = worked,
          .failed = progress.failed,
          .seconds = progress.listing_finished ? elapsed.count() : 0,
          .read = Bytes{progress.bytes_read},
          .written = Bytes{progress.bytes_written},
          .memory_level = level == PressureLevel::kUnknown ? std::string_view{} : name_of(level),
          .more = {}};
}

// "listing 1,204", then as progress_text has it.
std::string progress_line(const DatasetProgress& progress, const Budget& budget) {
  if (!progress.listing_finished) {
    return fmt::format("listing {}", human_count(progress.listed));
  }
  if (progress.to_archive > 0) {
    return fmt::format("packing {}/{}", human_count(progress.archived),
                       human_count(progress.to_archive));
  }
  return progress_text(numbers_of(progress), budget);
}

ExitCode exit_code_of(const DatasetProgress& progress, const DatasetReport& report,
                      const GlobalOptions& options) {
  if (report.interrupted) {
    return ExitCode::kInterrupted;
  }
  if (progress.written + progress.planned + progress.unchanged == 0) {
    return ExitCode::kNothingUsable;
  }
  const bool imperfect = progress.failed > 0 || (options.strict && progress.skipped > 0);
  return imperfect ? ExitCode::kSomeFailed : ExitCode::kSuccess;
}

Result<ExitCode> run(const Context& context, const DatasetFlags& flags) {
  const RunMeter meter;
  const StopToken stop = context.signals.token();
  DatasetRequest request = TRY(dataset_request(flags));
  request.workers = chosen_threads(context.options);
  request.command = context.command;
  Budget budget{TRY(chosen_budget(context.options))};
  say(context, "pictures {}", to_text(request.settings));
  SourceReader reader;
  StageClock clock{&budget};
  DatasetProgress progress;
  FailureList failures;
  const auto longtail = installed_longtail(request.workers, stop);
  MachineProbe probe{budget.limit()};
  const DatasetEnvironment environment{
      .reader = reader,
      .budget = budget,
      .clock = clock,
      .progress = progress,
      .longtail = longtail.get(),
      .pressure = &probe,
      .listener = [&](const ManifestRow& row) { take_row(context, row, failures); }};
  auto report = [&] {
    const ProgressView view{progress_mode(context), [&] {
                              return context.options.json
                                         ? progress_event(numbers_of(progress), budget)
                                         : progress_line(progress, budget);
                            }};
    return flags.dry_run ? plan_dataset(request, environment, stop)
                         : run_dataset(request, environment, stop);
  }();
  if (!report) {
    return std::unexpected(std::move(report).error());
  }
  const bool has_manifest = !flags.dry_run && !report->interrupted;
  failures.print(has_manifest ? "manifest.jsonl names every one" : "--json names every one");
  print_summary(context, {.progress = progress,
                          .report = *report,
                          .figures = meter.finish(clock, budget),
                          .directory = flags.out,
                          .dry_run = flags.dry_run,
                          .pruned = flags.prune && !report->folders.empty()});
  return exit_code_of(progress, *report, context.options);
}

}  // namespace

void add_dataset_command(CommandTable& table) {
  const auto flags = std::make_shared<DatasetFlags>();
  CLI::App* command =
      table.add(nullptr, "dataset", "Make a training set: resize, convert, carry captions along",
                [flags](const Context& context) { return run(context, *flags); });
  command->group("Dataset");
  add_dataset_flags(*command, *flags);
}

}  // namespace albumen
