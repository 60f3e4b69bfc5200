// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/finished_archive.h"

#include <algorithm>
#include <fmt/core.h>
#include <span>
#include <utility>

#include "archive/archive_writer.h"
#include "dataset/caption_index.h"
#include "files/path_text.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "pipeline/internal/dataset_history.h"
#include "sources/archive_listing.h"

namespace albumen {
namespace {

// Eight million pictures with captions. Names and places are held in memory.
constexpr std::uint64_t kMostMembers = 1U << 24;
// As ArchiveLimits::max_total: a set's pictures are taken over in pieces, so that whatever a run
// could write, the next one can.
constexpr Bytes kLargestMember = kGiB * 4096;

// Of the picture `name`, as bytes.
std::string caption_name(const std::string& name, const JournalEntry& entry) {
  const auto extension = path_from_text(entry.caption_extension);
  return fmt::format("{}{}", without_extension(name), extension.value_or(std::string{}));
}

std::uint32_t crc32_of(std::string_view text) {
  return crc32_onward(0, std::as_bytes(std::span{text}));
}

// InvalidArgument, as nothing else here: the archive is albumen's, but not as it was left.
std::unexpected<Error> changed(const std::string& member) {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} was changed since", path_to_text(member)));
}

bool is_the_worlds(ErrorCode code) {
  return code == ErrorCode::kIo || code == ErrorCode::kCancelled ||
         code == ErrorCode::kBudgetExceeded;
}

}  // namespace

Result<FinishedArchive> FinishedArchive::open(const std::string& path, SourceReader& reader,
                                              const StopToken& stop) {
  TRY(open_for_reading(path));
  FinishedArchive archive;
  archive.path_ = TRY(absolute_path(path));
  const auto loaded = archive.load(reader, stop);
  if (loaded) {
    return archive;
  }
  if (is_the_worlds(loaded.error().code)) {
    return std::unexpected(loaded.error());
  }
  const std::string_view words = loaded.error().code == ErrorCode::kInvalidArgument
                                     ? "left by albumen, but"
                                     : "is there already, and no archive that albumen left:";
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{}: {} {}; --overwrite replaces it", path_to_text(path), words,
                          loaded.error().message));
}

Result<void> FinishedArchive::load(SourceReader& reader, const StopToken& stop) {
  const ArchiveLimits limits{.max_members = kMostMembers, .max_member = kLargestMember};
  const auto keep = [this](SourceEntry entry) {
    stamp_ = entry.stamp;
    members_.push_back({.name = std::move(entry.member), .location = entry.location});
  };
  TRY(list_archive(path_, limits, keep, stop));
  if (members_.empty() || members_.back().name != kArchivedJournal) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{} is not its last member", kArchivedJournal));
  }
  const SourceEntry entry = entry_of(members_.back());
  if (entry.encoded_size > kJournalLimit) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("its journal has {}, the limit is {}", to_string(entry.encoded_size),
                            to_string(kJournalLimit)));
  }
  Budget budget{entry.reading_bytes()};  // beside the run's, as the journal of a folder
  auto memory = TRY(budget.reserve(MemoryTag::kEncoded, budget.limit(), stop));
  const EncodedImage file = TRY(reader.read(entry, memory, stop));
  journal_.assign(reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size());
  return index_pictures();
}

Result<void> FinishedArchive::index_pictures() {
  std::map<std::string_view, std::size_t> by_name;
  for (std::size_t index = 0; index < members_.size(); ++index) {
    by_name.emplace(members_[index].name, index);
  }
  std::string_view rest = journal_;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    const auto entry = parse_journal_line(rest.substr(0, end + 1));
    rest.remove_prefix(end + 1);
    const auto name = entry ? path_from_text(entry->row.output) : Result<std::string>{};
    if (!entry || !entry->row.sha256 || !name) {
      continue;
    }
    const auto found = by_name.find(*name);
    if (found == by_name.end()) {
      continue;
    }
    const ArchivedMember& member = members_[found->second];
    if (member.location.coding != MemberCoding::kStored || member.size() != entry->bytes) {
      return changed(member.name);
    }
    pictures_.insert_or_assign(entry->row.output,
                               Picture{.sha256 = *entry->row.sha256, .member = found->second});
    const auto caption = by_name.find(caption_name(*name, *entry));
    if (caption != by_name.end() && !entry->row.caption.empty() &&
        members_[caption->second].location.crc32 != crc32_of(entry->row.caption)) {
      return changed(members_[caption->second].name);
    }
  }
  return {};
}

const ArchivedMember* FinishedArchive::find(const JournalEntry& entry) const {
  const auto found = pictures_.find(entry.row.output);
  return found != pictures_.end() && entry.row.sha256 == found->second.sha256
             ? &members_[found->second.member]
             : nullptr;
}

Result<void> FinishedArchive::read(const ArchivedMember& member, SourceReader& reader,
                                   const TakeBytes& take) const {
  return reader.read_in_pieces(entry_of(member), take);
}

SourceEntry FinishedArchive::entry_of(const ArchivedMember& member) const {
  return {.path = path_,
          .member = member.name,
          .stamp = stamp_,
          .encoded_size = Bytes{member.size()},
          .location = member.location};
}

}  // namespace albumen
