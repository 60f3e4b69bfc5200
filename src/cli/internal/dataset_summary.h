// SPDX-License-Identifier: Apache-2.0
// The rows and the end of a `dataset` run, in words or JSON.
#pragma once

#include <string>

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
  bool pruned = false;  ///< stale outputs were to be removed
};

/// One finished member: with --json its row to stdout, or a stop where that takes no more; else a
/// failure goes to `failures`, and, with -v, a line to stdout where a dry run would put it.
void take_row(const Context& context, const ManifestRow& row, FailureList& failures);

/// To stdout: a few lines, or one {"summary": ...} with --json.
void print_summary(const Context& context, const DatasetSummary& summary);

}  // namespace albumen
