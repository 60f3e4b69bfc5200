// SPDX-License-Identifier: Apache-2.0
#include "sources/archive_listing.h"

#include <fmt/core.h>
#include <utility>
#include <variant>

#include "sources/internal/name_rules.h"
#include "sources/internal/zip_listing.h"

namespace albumen {

Result<void> list_archive(const std::string& path, const ArchiveLimits& limits,
                          const std::function<void(SourceEntry)>& visit, const StopToken& stop) {
  const NameRules rules = NameRules::that_keep_all();
  auto file = TRY(open_for_reading(path));
  auto listing = TRY(ZipListing::open(path, std::move(file), limits, rules, stop));
  while (auto event = listing.next(stop)) {
    if (auto* problem = std::get_if<SourceProblem>(&*event)) {
      return std::unexpected(std::move(problem->error));
    }
    if (const auto* skip = std::get_if<SourceSkip>(&*event)) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{}: {}", source_name(skip->path, skip->member), skip->reason));
    }
    visit(std::get<SourceEntry>(std::move(*event)));
  }
  return check_stop(stop);
}

}  // namespace albumen
