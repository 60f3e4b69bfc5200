// SPDX-License-Identifier: Apache-2.0
#include "library/known_files.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <fmt/core.h>
#include <functional>
#include <limits>
#include <unordered_set>
#include <utility>

#include "files/path_text.h"
#include "files/real_path.h"
#include "library/internal/known_limits.h"

namespace albumen {
namespace {

constexpr std::uint8_t kNoFailure = 0xFF;
constexpr std::uint8_t kIsPicture = 1;
constexpr std::uint8_t kIsMissing = 2;

struct SplitPath {
  std::string_view directory;
  std::string_view name;
};

// Both parts together are the path without its last slash; "/a" and "a" stay different because
// the directory keeps its slash.
SplitPath split(std::string_view path) {
  const std::string_view name = last_component(path);
  return {.directory = path.substr(0, path.size() - name.size()), .name = name};
}

std::size_t mix(std::size_t seed, std::string_view text) {
  // The multiplier is 2^64 divided by the golden ratio, odd: spreads neighbouring seeds.
  constexpr std::size_t kSpread = 0x9E3779B97F4A7C15U;
  return (seed + std::hash<std::string_view>{}(text)) * kSpread;
}

std::size_t entry_hash(std::uint32_t directory, std::string_view name, std::string_view member) {
  return mix(mix(directory, name), member);
}

std::size_t slot_count(std::size_t items) { return std::bit_ceil(items + items / 2 + 1); }

// Walks the slots of `hash`; stops at an empty one or where `matches(index)`. Returns the slot.
template <class Matches>
std::size_t probe(const std::vector<std::uint32_t>& slots, std::size_t hash,
                  const Matches& matches) {
  const std::size_t mask = slots.size() - 1;
  // High bits are the best ones of a multiplicative hash.
  std::size_t slot = (hash ^ (hash >> 32U)) & mask;
  while (slots[slot] != 0 && !matches(slots[slot] - 1)) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

using PathSet = std::unordered_set<std::string_view>;

PathSet set_of(const std::vector<std::string>& paths) {
  PathSet set;
  for (const std::string& path : paths) {
    set.insert(path);
  }
  return set;
}

bool covers(const PathSet& set, std::string_view path) {
  return !set.empty() &&
         any_at_or_above(path, [&](std::string_view at) { return set.contains(at); });
}

}  // namespace

bool KnownFile::settled(const FileStamp& now, AnalyzerMask wanted) const {
  if (stamp != now) {
    return false;
  }
  if (failure) {
    return retry == RetryPolicy::kWhenInputChanges;
  }
  return !is_picture || (wanted & ~(done | given_up)) == 0;
}

bool KnownFile::failed(AnalyzerMask wanted) const {
  return failure.has_value() || (wanted & given_up & ~done) != 0;
}

Bytes KnownFiles::predicted_bytes(std::uint64_t files, std::uint64_t name_bytes) {
  // Every file in a folder of its own, and slot tables just after doubling.
  constexpr std::uint64_t kSlots = 6 * sizeof(std::uint32_t);
  return Bytes{files} * (sizeof(Entry) + sizeof(Directory) + kSlots) + Bytes{name_bytes} + kKiB;
}

KnownFiles::KnownFiles(Reservation reservation, std::size_t files, std::size_t name_bytes)
    : reservation_(std::move(reservation)) {
  names_.reserve(name_bytes);
  entries_.reserve(files);
  entry_slots_.resize(slot_count(files));
  directory_slots_.resize(slot_count(1));
}

std::string_view KnownFiles::text(std::uint32_t offset, std::uint32_t length) const {
  return {names_.data() + offset, length};
}

Result<std::uint32_t> KnownFiles::append(std::string_view text) {
  if (names_.size() + text.size() > std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kTooLarge, "the names of all files in the library exceed 4 GiB");
  }
  const auto offset = static_cast<std::uint32_t>(names_.size());
  names_.insert(names_.end(), text.begin(), text.end());
  return offset;
}

std::optional<std::uint32_t> KnownFiles::find_directory(std::string_view path) const {
  if (directories_.empty()) {
    return std::nullopt;
  }
  const auto slot = probe(directory_slots_, mix(0, path), [&](std::uint32_t index) {
    return text(directories_[index].offset, directories_[index].length) == path;
  });
  const std::uint32_t found = directory_slots_[slot];
  return found == 0 ? std::nullopt : std::optional{found - 1};
}

Result<std::uint32_t> KnownFiles::intern_directory(std::string_view path) {
  if (const auto known = find_directory(path)) {
    return *known;
  }
  const Directory directory{.offset = TRY(append(path)),
                            .length = static_cast<std::uint32_t>(path.size())};
  directories_.push_back(directory);
  const auto never = [](std::uint32_t) { return false; };
  if (slot_count(directories_.size()) > directory_slots_.size()) {
    directory_slots_.assign(slot_count(directories_.size()), 0);
    for (std::uint32_t index = 0; index < directories_.size(); ++index) {
      const auto name = text(directories_[index].offset, directories_[index].length);
      directory_slots_[probe(directory_slots_, mix(0, name), never)] = index + 1;
    }
  } else {
    directory_slots_[probe(directory_slots_, mix(0, path), never)] =
        static_cast<std::uint32_t>(directories_.size());
  }
  return static_cast<std::uint32_t>(directories_.size() - 1);
}

Result<void> KnownFiles::add(std::string_view path, std::string_view member, FileToken token,
                             const KnownFile& file) {
  const auto [directory, name] = split(path);
  constexpr std::size_t kLongest = store::kMaxKnownName;
  static_assert(kLongest <= std::numeric_limits<std::uint16_t>::max());
  if (name.size() > kLongest || member.size() > kLongest) {
    return fail(ErrorCode::kTooLarge, fmt::format("a file name of more than {} bytes", kLongest));
  }
  if (slot_count(entries_.size() + 1) > entry_slots_.size()) {
    return fail(ErrorCode::kInternal, "more files than were announced");
  }
  Entry entry{.stamp = file.stamp,
              .token = token,
              .directory = TRY(intern_directory(directory)),
              .name_offset = TRY(append(name)),
              .name_length = static_cast<std::uint16_t>(name.size()),
              .member_length = static_cast<std::uint16_t>(member.size()),
              .done = file.done,
              .given_up = file.given_up,
              .failure = file.failure ? static_cast<std::uint8_t>(*file.failure) : kNoFailure,
              .retry = file.retry,
              .content_type = file.content_type,
              .flags = static_cast<std::uint8_t>((file.is_picture ? kIsPicture : 0) |
                                                 (file.missing ? kIsMissing : 0)),
              .seen = 0};
  TRY(append(member));
  entries_.push_back(entry);
  const auto slot = probe(entry_slots_, entry_hash(entry.directory, name, member),
                          [](std::uint32_t) { return false; });
  entry_slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  return {};
}

void KnownFiles::settle_reservation() {
  names_.shrink_to_fit();
  directories_.shrink_to_fit();
  reservation_.shrink_to(std::min(reservation_.size(), memory()));
}

Bytes KnownFiles::memory() const {
  return Bytes{names_.capacity() + directories_.capacity() * sizeof(Directory) +
               entries_.capacity() * sizeof(Entry) +
               (directory_slots_.capacity() + entry_slots_.capacity()) * sizeof(std::uint32_t)};
}

std::optional<std::uint32_t> KnownFiles::find_entry(std::string_view path,
                                                    std::string_view member) const {
  const auto [directory_path, name] = split(path);
  const auto directory = find_directory(directory_path);
  if (!directory) {
    return std::nullopt;
  }
  const auto slot =
      probe(entry_slots_, entry_hash(*directory, name, member), [&](std::uint32_t index) {
        const Entry& entry = entries_[index];
        const std::uint32_t length = entry.name_length;
        return entry.directory == *directory && text(entry.name_offset, length) == name &&
               text(entry.name_offset + length, entry.member_length) == member;
      });
  const std::uint32_t found = entry_slots_[slot];
  return found == 0 ? std::nullopt : std::optional{found - 1};
}

KnownFile KnownFiles::unpack(const Entry& entry) const {
  KnownFile file{.stamp = entry.stamp,
                 .is_picture = (entry.flags & kIsPicture) != 0,
                 .content_type = entry.content_type,
                 .missing = (entry.flags & kIsMissing) != 0,
                 .done = entry.done,
                 .given_up = entry.given_up,
                 .failure = std::nullopt,
                 .retry = entry.retry};
  if (entry.failure != kNoFailure) {
    file.failure = static_cast<ErrorCode>(entry.failure);
  }
  return file;
}

std::optional<KnownFile> KnownFiles::find(std::string_view path, std::string_view member) const {
  const auto index = find_entry(path, member);
  return index ? std::optional{unpack(entries_[*index])} : std::nullopt;
}

std::optional<KnownFile> KnownFiles::see(std::string_view path, std::string_view member) {
  const auto index = find_entry(path, member);
  if (!index) {
    return std::nullopt;
  }
  std::atomic_ref{entries_[*index].seen}.store(1, std::memory_order_relaxed);
  return unpack(entries_[*index]);
}

std::string KnownFiles::path_of(const Entry& entry) const {
  const Directory& directory = directories_[entry.directory];
  std::string path{text(directory.offset, directory.length)};
  return path.append(text(entry.name_offset, entry.name_length));
}

ScanChanges KnownFiles::changes(const ScanScope& scope) const {
  const PathSet roots = set_of(scope.roots);
  const PathSet kept = set_of(scope.kept);
  ScanChanges changes;
  for (const Entry& entry : entries_) {
    const bool missing = (entry.flags & kIsMissing) != 0;
    if (entry.seen != 0) {
      if (missing) {
        changes.returned.push_back(entry.token);
      }
      continue;
    }
    if (missing) {
      continue;
    }
    const std::string path = path_of(entry);
    if (covers(roots, path) && !covers(kept, path)) {
      changes.vanished.push_back(entry.token);
    }
  }
  return changes;
}

}  // namespace albumen
