// SPDX-License-Identifier: Apache-2.0
// Outputs of earlier runs that a set no longer has. Tested by dataset_stale_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.h"
#include "dataset/journal.h"
#include "dataset/manifest.h"
#include "pipeline/dataset_run.h"
#include "pipeline/internal/dataset_history.h"
#include "pipeline/internal/finished_archive.h"

namespace albumen {

/// Where the outputs of earlier runs are.
struct FormerPlace {
  const DatasetHistory& history;
  const std::string& directory;
  const FinishedArchive& archive;  ///< of the set; empty: none
};

/// What this run leaves of the outputs that earlier ones wrote and that it neither wrote nor found
/// unchanged. Only what is in the archive counts, and files that stand there as they were written,
/// by their length, or by their digest where a power cut may have spoilt them.
struct FormerOutputs {
  /// Nothing of this run gives them: their source is gone, left out, or goes elsewhere now.
  std::vector<JournalEntry> stale;
  /// What becomes of their source is not known: it, or what it lies in, failed. Also those that
  /// somebody changed since.
  std::vector<JournalEntry> spared;
};

/// `rows`: all of this run. In the order of the outputs.
FormerOutputs former_outputs(const FormerPlace& place, const std::vector<ManifestRow>& rows);

/// Those of `former.spared` that an archive of `entries`, what the set has now, can hold, too: as
/// they were written, and beside none of the same name but for its extension.
std::vector<JournalEntry> spared_for_archive(const FormerPlace& place, const FormerOutputs& former,
                                             const std::vector<JournalEntry>& entries);

struct Pruned {
  std::vector<JournalEntry> outputs;
  std::uint64_t captions = 0;  ///< files that went with them
};

enum class Pruning : std::uint8_t { kPretended, kReal };

/// Removes each of `stale` that still has the digest of its entry, and its caption where that still
/// has the entry's words and no picture of `rows` shares it; returns them, the others stay in
/// `stale`. Nothing outside of the set is touched, whatever the journal says. Folders stay.
/// Error: Io where a file cannot be removed.
Result<Pruned> prune(const DatasetRequest& request, const std::vector<ManifestRow>& rows,
                     Pruning pruning, std::vector<JournalEntry>& stale);

}  // namespace albumen
