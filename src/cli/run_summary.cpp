// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/run_summary.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/internal/standard_output.h"
#include "cli/internal/summary_text.h"
#include "core/version.h"
#include "files/path_text.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t unix_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

double images_per_second(const IndexSummary& summary) {
  const auto done = static_cast<double>(summary.progress.done);
  return summary.figures.wall_seconds > 0 ? done / summary.figures.wall_seconds : 0;
}

Json as_text(const std::vector<std::string>& paths) {
  Json texts = Json::array();
  for (const std::string& path : paths) {
    texts.push_back(path_to_text(path));
  }
  return texts;
}

Json summary_json(const IndexSummary& summary) {
  Json json{{"images_per_second", rounded(images_per_second(summary))},
            {"listed", summary.progress.listed.load()},
            {"done", summary.progress.done.load()},
            {"copies", summary.progress.copies.load()},
            {"partial", summary.progress.partial.load()},
            {"unchanged", summary.progress.unchanged.load()},
            {"vanished", summary.report.vanished},
            {"failed_sources", summary.report.failed_sources},
            {"emptied_sources", as_text(summary.report.emptied_sources)},
            {"pruned", summary.pruned},
            {"skipped", summary.report.skipped},
            {"failed", summary.report.failed},
            {"failed_before", summary.progress.failed_before.load()},
            {"faces", summary.progress.faces.load()},
            {"people", summary.people.counts.people},
            {"grouped_faces", summary.people.counts.faces},
            {"left_behind", summary.people.counts.left_behind},
            {"interrupted", summary.report.interrupted}};
  json.update(figures_json(summary.figures));
  return json;
}

void print_counts(const IndexSummary& summary) {
  const IndexProgress& progress = summary.progress;
  fmt::print("pictures  {} done", human_count(progress.done));
  if (progress.copies > 0) {
    fmt::print(" ({} known by their bytes)", human_count(progress.copies));
  }
  fmt::print(", {} unchanged\n", human_count(progress.unchanged));
  if (progress.partial > 0) {
    fmt::print("partial   {} of those are damaged, and kept as --keep-truncated asks\n",
               human_count(progress.partial));
  }
  if (!summary.report.failed.empty()) {
    fmt::print("failed    {}\n", reasons_text(summary.report.failed));
  }
  if (progress.failed_before > 0) {
    fmt::print(
        "failed    {} before, not tried again because unchanged; --rehash or a new version tries "
        "again\n",
        human_count(progress.failed_before));
  }
  if (!summary.report.skipped.empty()) {
    fmt::print("skipped   {}\n", reasons_text(summary.report.skipped));
  }
  if (summary.report.vanished > 0) {
    fmt::print("vanished  {}\n", human_count(summary.report.vanished));
  }
  if (summary.people.counts.known) {
    fmt::print("people    {} {}\n", human_count(summary.people.counts.people),
               origin_text(summary.people));
  }
}

// Where nobody can tell what has gone from what is only out of reach. An emptied source is told
// also with --quiet: nothing else of the run says so.
void say_out_of_reach(const Context& context, const IndexSummary& summary) {
  const IndexReport& report = summary.report;
  for (const std::string& path : report.emptied_sources) {
    put_notice(fmt::format(
        "{}: has no files now, but the library knows some below it, which stay as they are: its "
        "disk "
        "may be away. If they are gone for good, run albumen index over the folder that it lies in",
        path_to_text(path)));
  }
  if (report.failed_sources > 0) {
    say(context, "{} could not be listed: what the library knows of {} stays as it is",
        counted(report.failed_sources, "source", "sources"),
        report.failed_sources == 1 ? "it" : "them");
  }
  if (summary.prunes && !report.may_prune() && !report.interrupted) {
    say(context, "nothing was pruned");
  }
}

std::string_view outcome_word(const Result<IndexReport>& indexed, const Result<void>& completed) {
  if (indexed && indexed->interrupted) {
    return "interrupted";
  }
  return indexed && completed ? "finished" : "failed";
}

}  // namespace

std::string origin_text(const GroupedPeople& people) {
  const PeopleSummary& counts = people.counts;
  std::string text = fmt::format("from {}", counted(counts.faces, "face", "faces"));
  if (people.faces_found > counts.faces) {
    const std::uint64_t others = people.faces_found - counts.faces;
    text += fmt::format(" ({} more cannot be compared)", human_count(others));
  }
  if (counts.tentative > 0) {
    text +=
        fmt::format(", {} more {} {}", human_count(counts.tentative),
                    counts.tentative == 1 ? "person" : "people", seldom_seen(people.least_faces));
  }
  return text;
}

bool prints_words(const Context& context) {
  return !context.options.quiet && !context.options.json;
}

bool tells_every_file(const Context& context) {
  return context.options.verbose > 0 && prints_words(context);
}

void say_left_behind(std::uint64_t pictures) {
  if (pictures > 0) {
    put_notice(fmt::format(
        "nobody is on {} whose faces were found with other settings (--thorough, a detector of "
        "one's own, an earlier version). One albumen index with the same flags over everything "
        "makes people whole again: with those of before for what the last one took, or with its "
        "own for the rest",
        counted(pictures, "picture", "pictures")));
  }
}

void say_without_pairs(const PeopleSummary& people) {
  if (people.without_pairs) {
    put_notice(
        "the pairs of near faces did not fit into the memory budget; grouping without them finds "
        "the same people and takes longer. A larger --memory-budget is quicker");
  }
}

void print_summary(const Context& context, const IndexSummary& summary) {
  if (context.options.json) {
    put_line(Json{{"summary", summary_json(summary)}}.dump());
  } else if (prints_words(context)) {
    print_counts(summary);
    print_figures(summary.figures, images_per_second(summary));
  }
  say_out_of_reach(context, summary);
  say_left_behind(summary.people.counts.left_behind);
  say_without_pairs(summary.people.counts);
  if (summary.report.interrupted) {
    put_notice("stopped; everything finished so far is kept. Run the same command again to go on.");
  }
}

RunStart run_start(std::string command, const std::vector<AnalyzerId>& analyzers) {
  return {.command = std::move(command),
          .program_version = std::string{program_version()},
          .started_ms = unix_ms(),
          .analyzers = analyzers};
}

RunFinish run_finish(const Result<IndexReport>& indexed, const Result<void>& completed,
                     const IndexProgress& progress, const RunFigures& figures) {
  RunFinish finish;
  finish.outcome = outcome_word(indexed, completed);
  finish.finished_ms = unix_ms();
  finish.done = static_cast<std::int64_t>(progress.done.load());
  finish.failed = static_cast<std::int64_t>(progress.failed.load());
  finish.failed_before = static_cast<std::int64_t>(progress.failed_before.load());
  finish.unchanged = static_cast<std::int64_t>(progress.unchanged.load());
  finish.peak_bytes = static_cast<std::int64_t>(figures.peak_resident.count());
  if (indexed) {
    for (const auto& [reason, count] : indexed->skipped) {
      finish.skipped[reason] = static_cast<std::int64_t>(count);
    }
  }
  finish.stages = figures.stages;
  return finish;
}

ProgressView::Mode progress_mode(const Context& context) {
  const GlobalOptions& options = context.options;
  if (options.no_progress || options.quiet) {
    return ProgressView::Mode::kOff;
  }
  if (options.json) {
    return ProgressView::Mode::kEvents;
  }
  return stderr_is_terminal() ? ProgressView::Mode::kTerminal : ProgressView::Mode::kLines;
}

ProgressView::Mode file_progress_mode(const Context& context) {
  const ProgressView::Mode mode = progress_mode(context);
  const bool would_mix = mode == ProgressView::Mode::kTerminal && tells_every_file(context) &&
                         ::isatty(STDOUT_FILENO) == 1;
  return would_mix ? ProgressView::Mode::kLines : mode;
}

std::string progress_line(const Context& context, const ProgressNumbers& numbers,
                          const Budget& budget, std::size_t columns) {
  return context.options.json ? progress_event(numbers, budget)
                              : progress_text(numbers, budget, columns);
}

}  // namespace albumen
