// SPDX-License-Identifier: Apache-2.0
// Takes away what an earlier export wrote and today's does not: that, and nothing else.
// Tested by export_prune_test.cpp.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "exporters/internal/export_manifest.h"

namespace albumen {

/// Names in a folder with what they are made from; sheets from nothing.
using PlannedFiles = std::set<std::pair<std::string, std::string>>;

enum class ExportPruning : std::uint8_t { kPretended, kReal };

struct Pruned {
  std::uint64_t removed = 0;  ///< or would be
  /// Still there though they do not belong: changed since they were written, or their original is
  /// gone, and what is here may be all that is left of it.
  std::vector<ExportedFile> spared;
  std::vector<ExportedFile> kept;  ///< still there, and planned
};

/// Removes the files of `manifest` from `folder`, a real one, that are not `planned`. A file is
/// only removed where it is as it was written: a copy or sheet by its digest, a symbolic link by
/// its target, a hard link by being the same file as its original; and a copy or hard link only
/// while its original is there. No link is followed, and nothing outside of `folder` is touched,
/// whatever the manifest says. Errors: Io where a file cannot be removed; Cancelled.
Result<Pruned> prune_files(const std::string& folder, const ExportManifest& manifest,
                           const PlannedFiles& planned, ExportPruning pruning,
                           const StopToken& stop);

/// Removes `folder` where nothing but files of albumen's own name, the mark among them, is in it.
/// Whether it did. Error: Io.
Result<bool> remove_if_empty(const std::string& folder);

}  // namespace albumen
