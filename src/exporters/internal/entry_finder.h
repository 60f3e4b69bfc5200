// SPDX-License-Identifier: Apache-2.0
// Pictures of the library where they lie today. Tested by people_folders_test.cpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/result.h"
#include "core/stop.h"
#include "sources/source.h"

namespace albumen {

/// Path of a file, or of an archive and the member in it (empty for plain files), both as bytes.
using PictureName = std::pair<std::string, std::string>;

/// Lists an archive once for all of one's pictures in it. One thread.
class EntryFinder {
 public:
  /// Takes these for those that will be asked for, so that a large archive costs no more memory
  /// than they do, beside ArchiveLimits::listing_bytes of its members.
  explicit EntryFinder(std::set<PictureName> wanted) : wanted_(std::move(wanted)) {}

  /// The picture as its source lists it today, whatever limits of archives it was indexed under: it
  /// was taken then, and its memory is reserved before it is read. Quick where the one before was
  /// in the same file. Errors: NotFound; those of SourceLister.
  Result<SourceEntry> find(const PictureName& picture, const StopToken& stop);

 private:
  Result<void> list(const std::string& path, const StopToken& stop);

  std::set<PictureName> wanted_;
  std::string listed_path_;
  std::map<std::string, SourceEntry> listed_;  // by member
};

}  // namespace albumen
