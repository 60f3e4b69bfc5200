// SPDX-License-Identifier: Apache-2.0
// The members of one ZIP archive as events. The directory is read twice: once to learn where every
// header lies and which names come twice, once to yield the members. Tested by
// zip_archive_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "files/file.h"
#include "sources/internal/name_rules.h"
#include "sources/internal/repeated_names.h"
#include "sources/internal/zip_directory.h"
#include "sources/source.h"

namespace albumen {

/// One thread. Memory: ArchiveLimits::listing_bytes.
class ZipListing {
 public:
  /// Reads the whole central directory once. `rules` outlive the listing.
  /// Errors, each for the archive as a whole: Truncated or Corrupt when its directory is broken,
  /// TooLarge beyond max_members or max_total, Unsupported when split, Io, Cancelled.
  static Result<ZipListing> open(const std::string& path, FileDescriptor file,
                                 const ArchiveLimits& limits, const NameRules& rules,
                                 const StopToken& stop);

  /// Nothing: all members were yielded, or a stop was requested. Folders yield no event.
  std::optional<SourceEvent> next(const StopToken& stop);

 private:
  ZipListing(std::string path, ZipDirectory directory, FileStamp stamp, const ArchiveLimits& limits,
             const NameRules& rules);

  Result<void> survey(const StopToken& stop);
  std::optional<SourceEvent> finish();
  std::optional<SourceEvent> judge(ZipRecord record);
  Result<void> check_name(const ZipRecord& record);
  [[nodiscard]] Result<void> check_kind(const ZipRecord& record) const;
  [[nodiscard]] Result<void> check_limits(const ZipRecord& record) const;
  [[nodiscard]] Result<std::uint64_t> end_limit(const ZipRecord& record) const;
  [[nodiscard]] SourceEvent as_event(SourceEntry entry) const;
  [[nodiscard]] SourceEvent problem(std::string member, Error error) const;

  std::string path_;
  ZipDirectory directory_;
  FileStamp stamp_;
  ArchiveLimits limits_;
  const NameRules* rules_;                     // outlive the listing
  std::vector<std::uint64_t> header_offsets_;  // sorted
  RepeatedNames names_;
  bool finished_ = false;
};

}  // namespace albumen
