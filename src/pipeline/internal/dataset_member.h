// SPDX-License-Identifier: Apache-2.0
// What is known of one member of a dataset before it is read whole: what a run and a dry run share.
// Tested by dataset_run_test.cpp.
#pragma once

#include <optional>
#include <string>

#include "core/content_type.h"
#include "core/result.h"
#include "core/stop.h"
#include "dataset/caption_index.h"
#include "dataset/manifest.h"
#include "decode/decoder.h"
#include "govern/budget.h"
#include "pipeline/internal/dataset_listing.h"
#include "pipeline/internal/dataset_worker.h"

namespace albumen {

/// Where the file `name` (bytes, relative to the set) is or comes to be.
std::string path_in_set(const DatasetJob& job, const std::string& name);

/// Whether anything is called `name` in the set, a link to nothing and a folder too.
bool is_in_set(const DatasetJob& job, const std::string& name);

/// Nobody's file but albumen's own is replaced unasked. Error: InvalidArgument where something
/// called `name` is in the set, no run wrote it, and the request does not say to overwrite; also
/// where a link leads out of the set there, whatever the request says.
Result<void> check_free(const DatasetJob& job, const std::string& name);

/// What somebody is told whose work on the file `name` of the set is not replaced.
std::unexpected<Error> refuse_changed(const std::string& name);

/// Error: InvalidArgument where the output `name` of an earlier run is not what that wrote, and the
/// request does not say to overwrite; but not where a run was killed while it replaced it, nor,
/// where none came to its end since, what a power cut leaves. Cancelled.
Result<void> check_unchanged(const DatasetJob& job, const std::string& name, const StopToken& stop);

/// Makes `row` the row of a failure.
void set_failed(ManifestRow& row, const Error& error);

/// "no picture: ZIP": why a member of this type is skipped.
std::string no_picture_reason(ContentType type);

/// What the member's first bytes say, with the length of its file; nothing where it is no picture,
/// which is in `row` then. `memory` holds kHeadBytes (job_reader.h) and has them back on return.
/// Errors: those of probe and of reading; BudgetExceeded; Cancelled.
Result<std::optional<ImageInfo>> look_at_member(const DatasetJob& job, const SourceEntry& entry,
                                                Reservation& memory, ManifestRow& row,
                                                const StopToken& stop);

/// The caption that the member came with; empty: none. Errors: those of reading a caption file.
Result<FoundCaption> find_caption(const DatasetJob& job, const DatasetMember& member,
                                  const StopToken& stop);

}  // namespace albumen
