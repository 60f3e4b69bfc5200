// SPDX-License-Identifier: Apache-2.0
// `albumen init` and `albumen index`: sources into a library, progress while it goes, a summary at
// the end.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <unistd.h>

#include "cli/internal/archive_flags.h"
#include "cli/internal/command.h"
#include "cli/internal/engine_flags.h"
#include "cli/internal/failure_list.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/number_check.h"
#include "cli/internal/run_progress.h"
#include "cli/internal/run_summary.h"
#include "cli/internal/skips.h"
#include "cli/internal/standard_output.h"
#include "cli/internal/summary_text.h"
#include "cli/progress_view.h"
#include "core/version.h"
#include "decode/longtail.h"
#include "files/path_text.h"
#include "library/library_path.h"
#include "pipeline/index_run.h"
#include "pipeline/people_run.h"
#include "sources/path_list.h"

namespace albumen {
namespace {

struct IndexFlags {
  std::vector<std::string> sources;
  std::vector<std::string> excludes;
  ArchiveFlags archives;
  std::string files_from;
  bool rehash = false;
  bool prune = false;
  bool durable = false;
  double wait_seconds = 0;
  float keep_truncated_percent = 100.0F;
  EngineFlags engine;
  GroupingFlags grouping;
};

Result<std::vector<std::string>> all_sources(const IndexFlags& flags, const StopToken& stop) {
  std::vector<std::string> sources = flags.sources;
  if (flags.files_from == "-") {
    auto listed = TRY_CONTEXT(read_path_list(STDIN_FILENO, {}, stop), "standard input");
    sources.insert(sources.end(), std::make_move_iterator(listed.begin()),
                   std::make_move_iterator(listed.end()));
  } else if (!flags.files_from.empty()) {
    const auto file = TRY(open_for_reading(flags.files_from));
    auto listed =
        TRY_CONTEXT(read_path_list(file.value(), {}, stop), path_to_text(flags.files_from));
    sources.insert(sources.end(), std::make_move_iterator(listed.begin()),
                   std::make_move_iterator(listed.end()));
  }
  if (sources.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "name at least one folder, picture or archive, or --files-from -");
  }
  return sources;
}

// Cut, not rounded: 100 only where nothing lacks.
int percent_there(const FileEvent& event) { return static_cast<int>(event.complete * 100.0F); }

// {"file": ..., "outcome": ...}, one line each, from any thread.
void print_event(const Context& context, const FileEvent& event) {
  constexpr std::array<std::string_view, 3> kOutcomes{"done", "failed", "skipped"};
  nlohmann::ordered_json line{{"file", event.name},
                              {"outcome", kOutcomes.at(static_cast<std::size_t>(event.outcome))}};
  if (!event.code.empty()) {
    line["code"] = event.code;
  }
  if (!event.reason.empty()) {
    line["reason"] = event.reason;
  }
  if (event.outcome == FileOutcome::kDone) {
    line["faces"] = event.faces;
    if (event.complete < 1) {
      line["complete"] = percent_there(event) / 100.0;
    }
  }
  if (!put_line(line.dump())) {
    context.signals.request_stop();  // as every program ends whose reader has left
  }
}

// What a run has to say of single pictures when it has ended.
struct PictureLists {
  FailureList failures;
  FailureList partial;  // damaged, but kept

  void print() const {
    failures.print("albumen export names every one");
    partial.print("albumen export says of every one how much is there");
  }
};

std::string line_of(const FileEvent& event) {
  switch (event.outcome) {
    case FileOutcome::kFailed:
      return failure_line(event.name, event.code, event.reason);
    case FileOutcome::kSkipped:
      return fmt::format("{}: skipped: {}", event.name, event.reason);
    case FileOutcome::kDone:
      break;
  }
  const std::string faces =
      event.faces > 0 ? fmt::format(", {}", counted(event.faces, "face", "faces")) : "";
  return fmt::format("{}: done{}", event.name, faces);
}

void take_event(const Context& context, const FileEvent& event, PictureLists& lists) {
  if (tells_every_file(context) && !put_line(line_of(event))) {
    context.signals.request_stop();
  }
  if (context.options.json) {
    print_event(context, event);
  } else if (event.outcome == FileOutcome::kFailed) {
    lists.failures.add(event.name, event.code, event.reason);
  } else if (event.outcome == FileOutcome::kDone && event.complete < 1) {
    lists.partial.add(fmt::format("{}: damaged, kept with the {} % that are there", event.name,
                                  percent_there(event)));
  }
}

ExitCode exit_code_of(const IndexProgress& progress, const IndexReport& report,
                      const GlobalOptions& options) {
  if (report.interrupted) {
    return ExitCode::kInterrupted;
  }
  const std::uint64_t good = progress.done + progress.unchanged;
  if (good == 0) {
    return nothing_usable(progress.failed + progress.failed_before, report.skipped);
  }
  const bool imperfect = progress.failed + progress.failed_before > 0 ||
                         (options.strict && skips_under_strict(report.skipped) > 0);
  return imperfect ? ExitCode::kSomeFailed : ExitCode::kSuccess;
}

struct GroupingStep {
  Library& library;
  LibraryWriter& writer;
  const std::optional<PeopleOptions>& options;  // nothing: this run looks for no faces
  bool prunes;
  StageClock& clock;
  Budget& budget;
  GroupingProgress& progress;
};

// Nothing where no faces are looked for.
std::optional<PeopleOptions> grouping_options(const IndexFlags& flags, const Engine& engine,
                                              unsigned workers) {
  if (engine.analyzers.find("faces") == nullptr) {
    return std::nullopt;
  }
  return people_options({.threads = workers}, flags.grouping, flags.engine.embedder,
                        engine.comparison);
}

// What grouping would refuse after the last picture is refused before the first.
Result<void> check_grouping(const Library& library, const std::optional<PeopleOptions>& options) {
  return options ? check_people_options(library, *options) : Result<void>{};
}

// Groups once, after the last picture - also where this run found nothing new: an earlier one may
// have been killed before it grouped, and whoever is known already costs next to nothing.
Result<PeopleSummary> group_after(const GroupingStep& step, const StopToken& stop) {
  if (!step.options) {
    return PeopleSummary{};
  }
  const StageTimer timer{step.clock, Stage::kGroup};
  PeopleOptions options = *step.options;
  options.counted = [&](std::uint64_t faces) { step.progress.faces = faces; };
  step.progress.has_begun = true;
  return group_people(step.library, step.writer, options, step.budget, stop);
}

// How far the steps came that follow the last picture.
struct Completion {
  GroupedPeople people;
  bool pruned = false;
};

Result<void> complete(const Context& context, const GroupingStep& step, const IndexReport& report,
                      Completion& completion) {
  GroupedPeople& people = completion.people;
  people.counts = TRY(group_after(step, context.signals.token()));
  // Not for programs: 0.08 s for 100,000 pictures, where a run that finds nothing new takes 0.3 s.
  if (people.counts.known && prints_words(context)) {
    people.least_faces = step.options->least_faces;
    people.faces_found = static_cast<std::uint64_t>(TRY(step.library.counts()).faces);
  }
  if (step.prunes && report.may_prune()) {
    TRY(step.writer.prune());
    completion.pruned = true;
  }
  return {};
}

// All of it but `workers`, `run` and the long tail.
IndexRequest index_request(const IndexFlags& flags, const std::vector<std::string>& sources,
                           const ArchiveLimits& limits) {
  // On its own: nested in what follows, GCC 12 takes its members for uninitialised.
  const DecodeOptions decode{.keep_truncated_percent = flags.keep_truncated_percent};
  return {.sources = sources,
          .source_options = {.excludes = flags.excludes,
                             .archive_limits = limits,
                             .named_exports = NamedExports::kLeaveOut},
          .decode = decode,
          .rehash = flags.rehash ? Rehash::kAll : Rehash::kChanged,
          .program_version = std::string{program_version()}};
}

LibraryRequest library_request(const IndexFlags& flags, const std::string& source) {
  return {.source = source,
          .mode = LibraryMode::kWrite,
          .durability = flags.durable ? Durability::kPowerCut : Durability::kProcessCrash,
          .wait_seconds = flags.wait_seconds};
}

RunStart start_of(const Context& context, const IndexFlags& flags, const Engine& engine) {
  RunStart start = run_start(context.command, engine.analyzers.ids());
  start.keep_truncated_percent = flags.keep_truncated_percent;
  return start;
}

// The nets' memory serves the grouping of many faces. What their threads took is known only as long
// as they are there.
void end_engine(std::optional<Engine>& engine, RunMeter& meter) {
  meter.count_inference();
  engine.reset();
}

Result<ExitCode> run(const Context& context, const IndexFlags& flags) {
  RunMeter meter;
  const StopToken stop = context.signals.token();
  const ArchiveLimits limits = TRY(archive_limits(flags.archives));
  const auto sources = TRY(all_sources(flags, stop));
  Budget budget{TRY(chosen_budget(context.options))};
  const auto library = TRY(open_library(context, library_request(flags, sources.front())));
  say(context, "library {}", path_to_text(library->path()));
  const unsigned workers = chosen_threads(context.options);
  IndexProgress progress;
  EngineOptions options = engine_options(flags.engine, workers);
  options.sharing.admission_blocked = [&] {
    return budget.someone_waits() || stop.stop_requested();
  };
  options.sharing.workers_busy = [&] { return static_cast<std::size_t>(progress.in_work); };
  std::optional<Engine> engine = TRY(make_engine(options));
  const auto how_to_group = grouping_options(flags, *engine, workers);
  TRY(check_grouping(*library, how_to_group));
  LibraryWriter& writer = *TRY(library->writer());
  const RunId run = TRY(writer.begin_run(start_of(context, flags, *engine)));

  SourceReader reader;
  StageClock clock{&budget};
  PictureLists lists;
  const auto longtail = installed_longtail(workers, stop);
  IndexRequest request = index_request(flags, sources, limits);
  request.decode.longtail = longtail.get();
  request.workers = workers;
  request.run = run;
  Completion completion;
  Result<void> completed;
  GroupingProgress grouping;
  const GroupingStep step{.library = *library,
                          .writer = writer,
                          .options = how_to_group,
                          .prunes = flags.prune,
                          .clock = clock,
                          .budget = budget,
                          .progress = grouping};
  IndexNumbers numbers{progress, grouping};
  auto indexed = [&] {
    const ProgressView view{file_progress_mode(context), [&](std::size_t columns) {
                              return progress_line(context, numbers.numbers(), budget, columns);
                            }};
    auto report =
        run_index(request,
                  {.library = *library,
                   .writer = writer,
                   .reader = reader,
                   .analyzers = engine->analyzers,
                   .budget = budget,
                   .clock = clock,
                   .progress = progress,
                   .listener = [&](const FileEvent& event) { take_event(context, event, lists); }},
                  stop);
    end_engine(engine, meter);
    if (report && !report->interrupted) {
      completed = complete(context, step, *report, completion);
      report->interrupted = !completed && completed.error().code == ErrorCode::kCancelled;
    }
    return report;
  }();
  const RunFigures figures = meter.finish(clock, budget);
  // Whatever came of it: only a run that was killed is left as a running one.
  auto logged = writer.finish_run(run, run_finish(indexed, completed, progress, figures));
  if (!indexed) {
    return std::unexpected(std::move(indexed).error());
  }
  lists.print();
  print_summary(context, {.progress = progress,
                          .report = *indexed,
                          .people = completion.people,
                          .figures = figures,
                          .prunes = flags.prune,
                          .pruned = completion.pruned});
  if (!indexed->interrupted) {
    TRY(std::move(completed));
  }
  TRY(std::move(logged));
  return exit_code_of(progress, *indexed, context.options);
}

void add_flags(CLI::App& command, IndexFlags& flags) {
  command.add_option("sources", flags.sources, "Folders, pictures, ZIP and tar archives");
  command.add_option("--files-from", flags.files_from,
                     "Also the paths listed in this file, one a line or ended by zero bytes; - "
                     "for standard input");
  command.add_option("--exclude", flags.excludes, "Leave out what matches this glob; repeatable")
      ->allow_extra_args(false);
  add_archive_flags(command, flags.archives);
  command.add_flag("--rehash", flags.rehash, "Read every file again, not only changed ones");
  command.add_flag(
      "--prune", flags.prune,
      "Drop what is known of files that have vanished; not where a source is out of reach");
  command.add_flag("--durable", flags.durable, "Survive a power cut, not only a crash: slower");
  add_wait_flag(command, flags.wait_seconds);
  command
      .add_option("--keep-truncated", flags.keep_truncated_percent,
                  "Accept a damaged picture of which at least this PERCENT is there, with a "
                  "warning; a run without it refuses such a picture again")
      ->check(number_in(0.0F, 100.0F));
  add_engine_flags(command, flags.engine);
  add_grouping_flags(command, flags.grouping);
}

Result<ExitCode> init(const Context& context, const std::string& directory) {
  const InitOutcome outcome = TRY(init_library(directory));
  if (context.options.json) {
    put_line(
        nlohmann::ordered_json{{"library", path_to_text(outcome.path)}, {"made", outcome.created}}
            .dump());
    return ExitCode::kSuccess;
  }
  fmt::print("{} {}\n", path_to_text(outcome.path), outcome.created ? "made" : "was there already");
  return ExitCode::kSuccess;
}

}  // namespace

void add_index_commands(CommandTable& table) {
  const auto directory = std::make_shared<std::string>(".");
  CLI::App* init_command =
      table.add(nullptr, "init", "Make a library in a folder, for all pictures below it",
                [directory](const Context& context) { return init(context, *directory); });
  init_command->group("Index");
  init_command->add_option("directory", *directory, "The folder (default: this one)");

  const auto flags = std::make_shared<IndexFlags>();
  CLI::App* index_command =
      table.add(nullptr, "index", "Read pictures into the library and find the people in them",
                [flags](const Context& context) { return run(context, *flags); });
  index_command->group("Index");
  add_flags(*index_command, *flags);
}

}  // namespace albumen
