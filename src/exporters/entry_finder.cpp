// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/entry_finder.h"

#include <utility>
#include <variant>

#include "sources/source_lister.h"

namespace albumen {
namespace {

// The most that `index` can have been told to take: its limits are not written down, and nobody
// should have to repeat them. Only the number of members costs memory here, 256 MB at most.
constexpr ArchiveLimits kWhateverWasIndexed{.max_members = 16'000'000,
                                            .max_member = Bytes::max(),
                                            .max_total = Bytes::max(),
                                            .ratio_floor = Bytes::max()};

}  // namespace

Result<void> EntryFinder::list(const std::string& path, const StopToken& stop) {
  listed_.clear();
  listed_path_ = path;
  auto lister =
      TRY(SourceLister::create({path}, {.excludes = {}, .archive_limits = kWhateverWasIndexed}));
  while (auto event = lister.next(stop)) {
    auto* const entry = std::get_if<SourceEntry>(&*event);
    if (entry != nullptr && wanted_.contains({entry->path, entry->member})) {
      listed_.emplace(entry->member, std::move(*entry));
    }
  }
  return {};
}

Result<SourceEntry> EntryFinder::find(const PictureName& picture, const StopToken& stop) {
  const auto& [path, member] = picture;
  if (listed_path_ != path) {
    TRY(list(path, stop));
  }
  const auto found = listed_.find(member);
  if (found == listed_.end()) {
    return fail(ErrorCode::kNotFound, source_name(path, member) + ": is no longer there");
  }
  return found->second;
}

}  // namespace albumen
