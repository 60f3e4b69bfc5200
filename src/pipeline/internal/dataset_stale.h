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

namespace albumen {

/// What this run leaves of the outputs that earlier ones wrote and that it neither wrote nor found
/// unchanged. Only files that stand there as they were written count, by their length, or by their
/// digest where a power cut may have spoilt them.
struct FormerOutputs {
  /// Nothing of this run gives them: their source is gone, left out, or goes elsewhere now.
  std::vector<JournalEntry> stale;
  /// What becomes of their source is not known: it, or what it lies in, failed. Also those that
  /// somebody changed since.
  std::vector<JournalEntry> spared;
};

/// `rows`: all of this run. In the order of the outputs.
FormerOutputs former_outputs(const DatasetHistory& history, const std::string& directory,
                             const std::vector<ManifestRow>& rows);

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
