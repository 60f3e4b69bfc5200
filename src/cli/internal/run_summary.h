// SPDX-License-Identifier: Apache-2.0
// The end of an `index` run in words or JSON, and as the library's log keeps it.
#pragma once

#include <cstdint>
#include <fmt/core.h>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/internal/command.h"
#include "cli/internal/progress_line.h"
#include "cli/internal/standard_output.h"
#include "cli/progress_view.h"
#include "core/findings.h"
#include "library/rows.h"
#include "pipeline/index_run.h"
#include "pipeline/people_run.h"
#include "pipeline/run_meter.h"

namespace albumen {

/// People as a grouping left them, and what their words say besides.
struct GroupedPeople {
  PeopleSummary counts;
  std::optional<std::uint64_t> least_faces;  ///< fewer made a tentative person
  /// In all pictures of the library that are there, also those that nobody can be told by.
  std::uint64_t faces_found = 0;
};

struct IndexSummary {
  const IndexProgress& progress;
  const IndexReport& report;
  const GroupedPeople& people;
  const RunFigures& figures;
  bool prunes = false;  ///< --prune was asked for
  bool pruned = false;  ///< and done
};

/// "from 11 faces (3 more cannot be compared), 2 more people seen once or twice".
std::string origin_text(const GroupedPeople& people);

/// To stderr, whatever the flags: that so many pictures were left behind by an analyzer of faces,
/// if any were. People vanish with it.
void say_left_behind(std::uint64_t pictures);

/// To stderr, likewise: that a larger budget would have been quicker, where that is so.
void say_without_pairs(const PeopleSummary& people);

/// To stdout: a few lines, or one {"summary": ...} with --json.
void print_summary(const Context& context, const IndexSummary& summary);

RunStart run_start(std::string command, const std::vector<AnalyzerId>& analyzers);

/// `completed`: what came of the steps behind the last picture.
RunFinish run_finish(const Result<IndexReport>& indexed, const Result<void>& completed,
                     const IndexProgress& progress, const RunFigures& figures);

/// Whether a run ends in words: neither --quiet nor --json.
bool prints_words(const Context& context);

/// Whether it also prints a line for every file that it looks at: -v.
bool tells_every_file(const Context& context);

/// A line for people on stderr, unless --quiet or --json.
template <class... Arguments>
void say(const Context& context, fmt::format_string<Arguments...> format,
         Arguments&&... arguments) {
  if (prints_words(context)) {
    put_error_line(fmt::format(format, std::forward<Arguments>(arguments)...));
  }
}

/// Events with --json; else drawn on a terminal, and in lines elsewhere. Off with --no-progress or
/// --quiet.
ProgressView::Mode progress_mode(const Context& context);

/// The same for a run that may tell of every file: on a terminal these lines would fall into one
/// that is drawn, so that one of its own comes every few seconds.
ProgressView::Mode file_progress_mode(const Context& context);

/// What that shows: an event with --json, else words of at most `columns`.
std::string progress_line(const Context& context, const ProgressNumbers& numbers,
                          const Budget& budget, std::size_t columns);

}  // namespace albumen
