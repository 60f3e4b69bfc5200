// SPDX-License-Identifier: Apache-2.0
// One member of a dataset's sources: looked at, read, made, written, written down.
// Tested by dataset_run_test.cpp.
#pragma once

#include <optional>
#include <span>

#include "colour/colour_cache.h"
#include "core/geometry.h"
#include "core/stop.h"
#include "dataset/journal.h"
#include "govern/pressure_probe.h"
#include "pipeline/dataset_run.h"
#include "pipeline/internal/dataset_history.h"
#include "pipeline/internal/dataset_listing.h"
#include "pipeline/internal/dataset_state.h"
#include "pipeline/internal/finished_archive.h"

namespace albumen {

/// What the workers of one run share; everything outlives them.
struct DatasetJob {
  const DatasetRequest& request;
  const DatasetEnvironment& environment;
  const DatasetListing& listing;
  const DatasetHistory& history;
  DatasetState* state;             ///< null: a dry run, which writes nothing
  const FinishedArchive& archive;  ///< of the set, from an earlier run; empty: none
  ColourCache& colours;
  std::span<const Size> buckets;  ///< of request.settings; empty: none
  Sha256Digest settings;          ///< of request.settings
  Bytes limit;                    ///< of one picture's reservation
  PressureGauge& pressure;
};

/// What became of a member: its row and, where there is an output, its line of the journal.
struct FinishedMember {
  ManifestRow row;
  std::optional<JournalEntry> entry;
};

/// Makes `member`, or says what would become of it. Error: Cancelled, or Io where the journal
/// cannot be written, which ends the run; everything else is in the row. Any thread.
Result<FinishedMember> make_member(const DatasetJob& job, const DatasetMember& member,
                                   const StopToken& stop);

}  // namespace albumen
