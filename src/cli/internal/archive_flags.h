// SPDX-License-Identifier: Apache-2.0
// Flags for the limits under which archives are read, shared by the commands that take sources.
#pragma once

#include <cstdint>
#include <string>

#include "cli/internal/command.h"
#include "sources/source.h"

namespace albumen {

/// As typed; the defaults are those of ArchiveLimits.
struct ArchiveFlags {
  std::uint64_t members = ArchiveLimits{}.max_members;
  std::string member_size;  ///< empty: the default
  std::string size;         ///< likewise
  std::uint64_t ratio = ArchiveLimits{}.max_ratio;
};

void add_archive_flags(CLI::App& command, ArchiveFlags& flags);

/// Error: InvalidArgument, naming the flag, for a size that is none.
Result<ArchiveLimits> archive_limits(const ArchiveFlags& flags);

}  // namespace albumen
