// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/dataset_summary.h"

#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "cli/internal/run_summary.h"
#include "cli/internal/standard_output.h"
#include "cli/internal/summary_text.h"
#include "cli/progress_view.h"
#include "files/path_text.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

double images_per_second(const DatasetSummary& summary) {
  const double seconds = summary.figures.wall_seconds;
  const std::uint64_t looked_at = summary.progress.written + summary.progress.planned;
  return seconds > 0 ? static_cast<double>(looked_at) / seconds : 0;
}

Json summary_json(const DatasetSummary& summary) {
  Json json{{"written", summary.progress.written.load()},
            {"planned", summary.progress.planned.load()},
            {"unchanged", summary.progress.unchanged.load()},
            {"degraded", summary.progress.degraded.load()},
            {"partial", summary.progress.partial.load()},
            {"captions_written", summary.progress.captions_written.load()},
            {"captions_removed", summary.progress.captions_removed.load()},
            {"without_caption", summary.report.without_caption},
            {"skipped", summary.report.skipped},
            {"failed", summary.report.failed},
            {"stale", summary.report.stale},
            {"pruned", summary.report.pruned},
            {"listed", summary.progress.listed.load()},
            {"bytes_read", summary.progress.bytes_read.load()},
            {"bytes_written", summary.progress.bytes_written.load()},
            {"images_per_second", images_per_second(summary)},
            {"interrupted", summary.report.interrupted},
            {"dry_run", summary.dry_run}};
  json.update(figures_json(summary.figures));
  return json;
}

// Where the pictures would go.
void print_folders(const std::map<std::string, std::uint64_t>& folders) {
  constexpr std::size_t kShown = 20;
  std::size_t shown = 0;
  for (const auto& [folder, count] : folders) {
    if (++shown > kShown) {
      fmt::print("          and {} more folders\n", human_count(folders.size() - kShown));
      return;
    }
    fmt::print("{:<10}{} in {}/\n", shown == 1 ? "folders" : "", human_count(count),
               folder.empty() ? "." : folder);
  }
}

// The first of them, each on a line.
void print_names(std::string_view label, std::string_view what,
                 const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  if (names.empty()) {
    return;
  }
  fmt::print("{:<10}{} {}\n", label, human_count(names.size()), what);
  for (std::size_t index = 0; index < std::min(kShown, names.size()); ++index) {
    fmt::print("          {}\n", names[index]);
  }
  if (names.size() > kShown) {
    fmt::print("          and {} more\n", human_count(names.size() - kShown));
  }
}

// Their counts, as those of pictures, are of files that were touched.
void print_captions(const DatasetSummary& summary) {
  const DatasetProgress& progress = summary.progress;
  const std::uint64_t pictures = progress.written + progress.planned + progress.unchanged;
  const std::uint64_t none = summary.report.without_caption;
  const bool has_some = none < pictures;
  if (progress.captions_written + progress.captions_removed > 0 || (has_some && none > 0)) {
    const std::string_view done = summary.dry_run ? "to be " : "";
    fmt::print(
        "captions  {} {}written, {} {}removed{}\n", human_count(progress.captions_written), done,
        human_count(progress.captions_removed), done,
        none == 0 ? "" : fmt::format("; {} without one", counted(none, "picture", "pictures")));
  }
}

// Why outputs are still there that the set no longer has.
std::string_view stale_words(const DatasetSummary& summary) {
  if (!summary.prune) {
    return "of earlier runs, no longer in the set; --prune removes them";
  }
  return summary.report.folders.empty()
             ? "of earlier runs, left: a run that finds no picture removes nothing"
             : "of earlier runs, left because they changed since";
}

void print_words(const DatasetSummary& summary) {
  const DatasetProgress& progress = summary.progress;
  if (summary.dry_run) {
    fmt::print("set       {} (a dry run: nothing was written)\n", path_to_text(summary.directory));
    fmt::print("pictures  {} to be written, {} unchanged\n", human_count(progress.planned),
               human_count(progress.unchanged));
    print_folders(summary.report.folders);
  } else {
    fmt::print("set       {}{}\n", path_to_text(summary.directory),
               summary.report.no_source ? " (no source is there: nothing was written)" : "");
    fmt::print("pictures  {} written ({}), {} unchanged\n", human_count(progress.written),
               to_string(Bytes{progress.bytes_written}), human_count(progress.unchanged));
  }
  print_captions(summary);
  if (progress.degraded > 0) {
    fmt::print(
        "degraded  {} below what was asked, because memory was short; the next run makes "
        "them anew\n",
        human_count(progress.degraded));
  }
  if (progress.partial > 0) {
    fmt::print("partial   {} of those are damaged, and kept as --keep-truncated asks\n",
               human_count(progress.partial));
  }
  if (!summary.report.failed.empty()) {
    fmt::print("failed    {}\n", reasons_text(summary.report.failed));
  }
  if (!summary.report.skipped.empty()) {
    fmt::print("skipped   {}\n", reasons_text(summary.report.skipped));
  }
  print_names("pruned", summary.dry_run ? "to be removed" : "removed", summary.report.pruned);
  print_names("stale", stale_words(summary), summary.report.stale);
  print_figures(summary.figures, images_per_second(summary));
}

std::string line_of(const ManifestRow& row) {
  switch (row.status) {
    case MemberStatus::kFailed:
      return failure_line(row.source, row.code, row.reason);
    case MemberStatus::kSkipped:
      return fmt::format("{}: skipped: {}", row.source, row.reason);
    case MemberStatus::kUnchanged:
      return fmt::format("{}: unchanged", row.source);
    case MemberStatus::kWritten:
    case MemberStatus::kPlanned:
      break;
  }
  return fmt::format("{} -> {} {}x{}", row.source, row.output.empty() ? row.format : row.output,
                     row.size.width, row.size.height);
}

}  // namespace

void RowLists::print(std::string_view where) const {
  failures.print(where);
  partial.print(where);
}

void take_row(const Context& context, const ManifestRow& row, RowLists& lists) {
  if (tells_every_file(context) && !put_line(line_of(row))) {
    context.signals.request_stop();
  }
  if (context.options.json) {
    if (!put_line(to_json_line(row))) {
      context.signals.request_stop();
    }
  } else if (row.status == MemberStatus::kFailed) {
    lists.failures.add(row.source, row.code, row.reason);
  } else if (tells_damage(row)) {
    lists.partial.add(fmt::format("{}: {}", row.source, row.note));
  }
}

void print_summary(const Context& context, const DatasetSummary& summary) {
  if (context.options.json) {
    put_line(Json{{"summary", summary_json(summary)}}.dump());
  } else if (prints_words(context)) {
    print_words(summary);
  }
  if (summary.report.interrupted) {
    put_notice(summary.dry_run ? "stopped; this was not all that the run would do."
                               : "stopped; everything finished so far is kept. Run the same "
                                 "command again to go on.");
  }
}

}  // namespace albumen
