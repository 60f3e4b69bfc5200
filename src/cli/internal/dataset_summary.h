// SPDX-License-Identifier: Apache-2.0
// The rows and the end of a `dataset` run, in words or JSON.
#pragma once

#include <string>
#include <string_view>

#include "cli/internal/command.h"
#include "cli/internal/failure_list.h"
#include "pipeline/dataset_run.h"
#include "pipeline/run_meter.h"

namespace albumen {

struct DatasetSummary {
  const DatasetProgress& progress;
  const DatasetReport& report;
  RunFigures figures;
  const std::string& directory;
  bool dry_run = false;
  bool prune = false;  ///< stale outputs were to be removed
};

/// What a run has to say of single pictures when it has ended.
struct RowLists {
  FailureList failures;
  FailureList partial;  ///< damaged, but kept

  /// To stderr. `where` says what names all of them.
  void print(std::string_view where) const;
};

/// One finished member: with --json its row to stdout, with -v a line that says what became of it,
/// or a stop where stdout takes no more. Without --json a failure and what was damaged go to
/// `lists`.
void take_row(const Context& context, const ManifestRow& row, RowLists& lists);

/// To stdout: a few lines, or one {"summary": ...} with --json.
void print_summary(const Context& context, const DatasetSummary& summary);

}  // namespace albumen
