// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/archive_flags.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include "govern/machine_memory.h"

namespace albumen {
namespace {

constexpr ArchiveLimits kDefaults;

// 16 bytes a member are held while an archive is listed: 256 MB at most.
constexpr std::uint64_t kMostMembers = 16'000'000;

constexpr std::uint64_t kMostRatio = 10'000;

}  // namespace

void add_archive_flags(CLI::App& command, ArchiveFlags& flags) {
  command
      .add_option(
          "--max-archive-members", flags.members,
          fmt::format("Refuse an archive of more members (default {})", kDefaults.max_members))
      ->check(CLI::Range(std::uint64_t{1}, kMostMembers));
  command
      .add_option("--max-archive-member-size", flags.member_size,
                  fmt::format("Refuse a member that claims more than this, unpacked (default {})",
                              to_string(kDefaults.max_member)))
      ->default_str(to_string(kDefaults.max_member));
  command
      .add_option("--max-archive-size", flags.size,
                  fmt::format("Refuse what an archive claims beyond this, unpacked (default {})",
                              to_string(kDefaults.max_total)))
      ->default_str(to_string(kDefaults.max_total));
  command
      .add_option("--max-archive-ratio", flags.ratio,
                  fmt::format("Refuse a member above {} that claims to unpack to more than this "
                              "many times its size (default {})",
                              to_string(kDefaults.ratio_floor), kDefaults.max_ratio))
      ->check(CLI::Range(std::uint64_t{1}, kMostRatio));
}

Result<ArchiveLimits> archive_limits(const ArchiveFlags& flags) {
  ArchiveLimits limits{.max_members = flags.members, .max_ratio = flags.ratio};
  if (!flags.member_size.empty()) {
    limits.max_member = TRY_CONTEXT(parse_size(flags.member_size), "--max-archive-member-size");
  }
  if (!flags.size.empty()) {
    limits.max_total = TRY_CONTEXT(parse_size(flags.size), "--max-archive-size");
  }
  return limits;
}

}  // namespace albumen
