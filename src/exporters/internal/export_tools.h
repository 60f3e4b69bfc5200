// SPDX-License-Identifier: Apache-2.0
// What all folders of one export share. Tested by people_folders_test.cpp and
// export_again_test.cpp.
#pragma once

#include <optional>
#include <string>

#include "core/stop.h"
#include "exporters/internal/export_manifest.h"
#include "exporters/internal/export_prune.h"
#include "exporters/people_folders.h"
#include "govern/budget.h"
#include "sources/source_reader.h"

namespace albumen {

/// What an export works with; all of it outlives whoever has it.
struct ExportTools {
  const PeopleFoldersOptions& options;
  std::string library;  ///< its path, links followed: whose exports are known again
  KnownBytes known;     ///< of archived pictures, and of files with faces
  SourceReader& reader;
  Budget& budget;
  StopToken stop;
  PeopleFoldersReport& report;

  /// What an earlier export of the same library wrote down in `folder`; nothing where it was
  /// another's.
  [[nodiscard]] std::optional<ExportManifest> earlier_export(const std::string& folder) const;

  /// Says that `file`, which an earlier export wrote into `folder`, is left as it is.
  void report_spared(const std::string& folder, const ExportedFile& file) const;
};

}  // namespace albumen
