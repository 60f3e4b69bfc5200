// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/dataset_summary.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/internal/summary_text.h"
#include "cli/progress_view.h"
#include "files/path_text.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

double images_per_second(const DatasetSummary& summary) {
  const double seconds = summary.figures.wall_seconds;
  return seconds > 0 ? static_cast<double>(summary.progress.written) / seconds : 0;
}

Json summary_json(const DatasetSummary& summary) {
  Json json{{"written", summary.progress.written.load()},
            {"unchanged", summary.progress.unchanged.load()},
            {"skipped", summary.report.skipped},
            {"failed", summary.report.failed},
            {"listed", summary.progress.listed.load()},
            {"bytes_read", summary.progress.bytes_read.load()},
            {"bytes_written", summary.progress.bytes_written.load()},
            {"images_per_second", images_per_second(summary)},
            {"interrupted", summary.report.interrupted}};
  json.update(figures_json(summary.figures));
  return json;
}

void print_words(const DatasetSummary& summary) {
  const DatasetProgress& progress = summary.progress;
  fmt::print("set       {}\n", path_to_text(summary.directory));
  fmt::print("pictures  {} written ({}), {} unchanged\n", human_count(progress.written),
             to_string(Bytes{progress.bytes_written}), human_count(progress.unchanged));
  if (!summary.report.failed.empty()) {
    fmt::print("failed    {}\n", reasons_text(summary.report.failed));
  }
  if (!summary.report.skipped.empty()) {
    fmt::print("skipped   {}\n", reasons_text(summary.report.skipped));
  }
  print_figures(summary.figures, images_per_second(summary));
}

}  // namespace

void print_row(const Context& context, const ManifestRow& row) {
  if (context.options.json) {
    fmt::print("{}\n", to_json_line(row));  // stdio locks the stream for one call
  } else if (row.status == MemberStatus::kFailed) {
    fmt::print(stderr, "albumen: {}: {}: {}\n", row.source, row.code, row.reason);
  }
}

void print_summary(const Context& context, const DatasetSummary& summary) {
  if (context.options.json) {
    fmt::print("{}\n", Json{{"summary", summary_json(summary)}}.dump());
  } else if (!context.options.quiet) {
    print_words(summary);
  }
  if (summary.report.interrupted) {
    fmt::print(stderr,
               "albumen: stopped; everything finished so far is kept. Run the same command again "
               "to go on.\n");
  }
}

}  // namespace albumen
