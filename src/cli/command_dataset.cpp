// SPDX-License-Identifier: Apache-2.0
// `albumen dataset`: sources into a folder or archive of training pictures, with captions and a
// manifest.

#include <CLI/CLI.hpp>

#include "cli/internal/command.h"
#include "cli/internal/dataset_flags.h"
#include "cli/internal/dataset_summary.h"
#include "cli/internal/run_progress.h"
#include "cli/internal/run_summary.h"
#include "cli/internal/skips.h"
#include "cli/progress_view.h"
#include "decode/longtail.h"
#include "govern/pressure_probe.h"
#include "pipeline/dataset_run.h"
#include "pipeline/run_meter.h"

namespace albumen {
namespace {

ExitCode exit_code_of(const DatasetProgress& progress, const DatasetReport& report,
                      const GlobalOptions& options) {
  if (report.interrupted) {
    return ExitCode::kInterrupted;
  }
  if (progress.written + progress.planned + progress.unchanged == 0) {
    return nothing_usable(progress.failed, report.skipped);
  }
  const bool imperfect =
      progress.failed > 0 || (options.strict && skips_under_strict(report.skipped) > 0);
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
  DatasetNumbers numbers{progress};
  RowLists lists;
  const auto longtail = installed_longtail(request.workers, stop);
  MachineProbe probe{budget.limit()};
  const DatasetEnvironment environment{
      .reader = reader,
      .budget = budget,
      .clock = clock,
      .progress = progress,
      .longtail = longtail.get(),
      .pressure = &probe,
      .listener = [&](const ManifestRow& row) { take_row(context, row, lists); }};
  auto report = [&] {
    const ProgressView view{file_progress_mode(context), [&](std::size_t columns) {
                              return progress_line(context, numbers.numbers(), budget, columns);
                            }};
    return flags.dry_run ? plan_dataset(request, environment, stop)
                         : run_dataset(request, environment, stop);
  }();
  if (!report) {
    return std::unexpected(std::move(report).error());
  }
  const bool has_manifest = !flags.dry_run && !report->interrupted && !report->no_source;
  lists.print(has_manifest ? "manifest.jsonl names every one" : "--json names every one");
  print_summary(context, {.progress = progress,
                          .report = *report,
                          .figures = meter.finish(clock, budget),
                          .directory = flags.out,
                          .dry_run = flags.dry_run,
                          .prune = flags.prune});
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
