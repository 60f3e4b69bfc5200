// SPDX-License-Identifier: Apache-2.0
// The members of one archive as they stand, for archives that albumen wrote itself: SourceLister is
// for everybody's, and leaves out what it takes for leavings. Tested by archive_listing_test.cpp.
#pragma once

#include <functional>
#include <string>

#include "core/result.h"
#include "core/stop.h"
#include "sources/source.h"

namespace albumen {

/// Calls `visit` with every member of the archive at `path` (absolute, lexically normal), hidden
/// ones too, in the order of its directory. Memory: as SourceLister. Errors, after which what was
/// visited means nothing: NotFound; Truncated or Corrupt for what is no archive or not a sound one;
/// Unsupported for no file, and for members that SourceLister would call a problem; TooLarge
/// beyond `limits`; Io; Cancelled.
Result<void> list_archive(const std::string& path, const ArchiveLimits& limits,
                          const std::function<void(SourceEntry)>& visit, const StopToken& stop);

}  // namespace albumen
