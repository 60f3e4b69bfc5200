// SPDX-License-Identifier: Apache-2.0
// The members of one tar archive as events. Its headers are walked twice: once to learn how many
// there are, what they claim and which names come twice, once to yield the members. Tested by
// tar_archive_test.cpp.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"
#include "core/stop.h"
#include "files/file.h"
#include "sources/internal/name_rules.h"
#include "sources/internal/repeated_names.h"
#include "sources/internal/tar_walk.h"
#include "sources/source.h"

namespace albumen {

/// One thread. Memory: ArchiveLimits::listing_bytes.
class TarListing {
 public:
  /// Walks the whole archive once. `rules` outlive the listing. Errors, each for the archive as a
  /// whole: TooLarge beyond max_members or max_total, Io, Cancelled. What breaks the walk is a
  /// problem later, behind the members before it.
  static Result<TarListing> open(const std::string& path, FileDescriptor file,
                                 const ArchiveLimits& limits, const NameRules& rules,
                                 const StopToken& stop);

  /// Nothing: all members were yielded, or a stop was requested. Folders yield no event.
  std::optional<SourceEvent> next(const StopToken& stop);

 private:
  TarListing(std::string path, TarWalk walk, FileStamp stamp, const ArchiveLimits& limits,
             const NameRules& rules);

  Result<void> survey(const StopToken& stop);
  std::optional<SourceEvent> finish(std::optional<Error> error);
  std::optional<SourceEvent> judge(TarMember member);
  Result<void> check_name(const TarMember& member);
  [[nodiscard]] Result<void> check_data(const TarMember& member) const;
  [[nodiscard]] SourceEvent as_event(SourceEntry entry) const;
  [[nodiscard]] SourceEvent problem(std::string member, Error error) const;

  std::string path_;
  TarWalk walk_;
  FileStamp stamp_;
  ArchiveLimits limits_;
  const NameRules* rules_;  // outlive the listing
  RepeatedNames names_;
  bool finished_ = false;
};

}  // namespace albumen
