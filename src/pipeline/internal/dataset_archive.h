// SPDX-License-Identifier: Apache-2.0
// A training set as one archive: where it grows, and how it is packed when all of it is there.
// Tested by dataset_archive_test.cpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "dataset/journal.h"
#include "dataset/manifest.h"
#include "pipeline/dataset_run.h"
#include "pipeline/internal/finished_archive.h"

namespace albumen {

/// `request`, for an archive, as the run sees it: the set grows in the folder FILE.zip.part, and
/// what lies in that is albumen's to replace.
DatasetRequest request_in_part(const DatasetRequest& request);

/// What `request.archive` holds, for a request as the user made it; nothing where there is none, or
/// one that is to be replaced. Errors: InvalidArgument where albumen wrote neither the archive nor
/// the folder that the set is to grow in; those of FinishedArchive.
Result<FinishedArchive> open_finished_archive(const DatasetRequest& request, SourceReader& reader,
                                              const StopToken& stop);

/// In an archive every picture was written into it, whichever run made it: so says what is told of
/// it, and runs that were interrupted leave the archive of one that was not.
void tell_as_archived(std::vector<ManifestRow>& rows, std::vector<JournalEntry>& entries);

struct ArchiveJob {
  const DatasetRequest& request;  ///< of request_in_part; its folder has the manifest by now
  const DatasetEnvironment& environment;
  const FinishedArchive& before;
  std::span<const JournalEntry> entries;  ///< in the order of the sources
};

/// Puts the archive in its place, unless it would be the one that is there, and then removes the
/// folder that the set grew in. Where there is no picture, nothing happens: what stands is worth
/// more. Errors: Io, also for an output that is not what was written; Corrupt for a damaged member
/// of the archive before; Cancelled. All of them leave folder and archive.
Result<void> write_archive(const ArchiveJob& job, const StopToken& stop);

}  // namespace albumen
