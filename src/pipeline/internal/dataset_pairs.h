// SPDX-License-Identifier: Apache-2.0
// Cameras that write a shot as RAW and as JPEG: a set takes it once. Tested by
// dataset_raw_test.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "pipeline/internal/dataset_listing.h"
#include "sources/source_reader.h"

namespace albumen {

/// Indexes, ascending, of the members that are a RAW by content and have a JPEG by content beside
/// them: of the same folder, and of the same name but for the extension and the case of ASCII
/// letters. Only members that share such a name are read, at most the first 128 KiB (kHeadBytes),
/// out of a budget of its own; what cannot be read is no pair. Error: Cancelled.
Result<std::vector<std::size_t>> raws_beside_jpegs(std::span<const DatasetMember> members,
                                                   SourceReader& reader, const StopToken& stop);

}  // namespace albumen
