// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/zip_listing.h"

#include <algorithm>
#include <cstddef>
#include <fmt/core.h>
#include <span>
#include <sys/stat.h>
#include <utility>

#include "files/path_text.h"
#include "sources/internal/container_kind.h"
#include "sources/internal/zip_member.h"

namespace albumen {
namespace {

constexpr std::uint16_t kMethodStored = 0;
constexpr std::uint16_t kMethodDeflated = 8;

// The most that deflated data take. Writers that know no blocks but those of fixed codes give nine
// bits for half of all bytes (RFC 1951, 3.2.6); careful ones store what deflates to nothing, with
// less beside it. The rest is room for small members of any writer.
Bytes longest_deflated(Bytes size) { return size + size / 8 + kKiB * 64; }

}  // namespace

ZipListing::ZipListing(std::string path, ZipDirectory directory, FileStamp stamp,
                       const ArchiveLimits& limits, const NameRules& rules)
    : path_(std::move(path)),
      directory_(std::move(directory)),
      stamp_(stamp),
      limits_(limits),
      rules_(&rules) {}

Result<ZipListing> ZipListing::open(const std::string& path, FileDescriptor file,
                                    const ArchiveLimits& limits, const NameRules& rules,
                                    const StopToken& stop) {
  const FileStamp stamp = TRY(stamp_of(file, path));
  const auto extent = TRY(locate_zip_directory(file, stamp.size_bytes, path));
  if (extent.members > limits.max_members) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{}: has {} members, the limit is {}", path_to_text(path),
                            extent.members, limits.max_members));
  }
  ZipListing listing{path, ZipDirectory{std::move(file), extent, path}, stamp, limits, rules};
  TRY(listing.survey(stop));
  return listing;
}

Result<void> ZipListing::survey(const StopToken& stop) {
  Bytes claimed;
  header_offsets_.reserve(directory_.extent().members);
  names_.reserve(directory_.extent().members);
  while (auto record = TRY(directory_.next())) {
    TRY(check_stop(stop));
    if (!record->lacks_zip64_field) {
      header_offsets_.push_back(record->header_offset);
      claimed += Bytes{record->size_bytes};
    }
    if (!record->is_folder()) {
      names_.add(record->name);
    }
  }
  if (claimed > limits_.max_total) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{}: its members claim {} together, the limit is {}",
                            path_to_text(path_), to_string(claimed), to_string(limits_.max_total)));
  }
  std::ranges::sort(header_offsets_);
  names_.settle();
  directory_.rewind();
  return {};
}

std::optional<SourceEvent> ZipListing::next(const StopToken& stop) {
  while (!finished_ && !stop.stop_requested()) {
    auto record = directory_.next();
    if (!record.has_value()) {
      finished_ = true;
      return problem({}, std::move(record).error());
    }
    if (!record->has_value()) {
      return finish();
    }
    if (auto event = judge(*std::move(*record))) {
      return event;
    }
  }
  return std::nullopt;
}

// An archive that was written to meanwhile may have been listed half old, half new.
std::optional<SourceEvent> ZipListing::finish() {
  finished_ = true;
  auto now = stamp_of(directory_.file(), path_);
  if (!now.has_value()) {
    return problem({}, std::move(now).error());
  }
  if (*now != stamp_) {
    return problem({}, Error{.code = ErrorCode::kIo,
                             .message = path_to_text(path_) + ": changed while it was listed"});
  }
  return std::nullopt;
}

SourceEvent ZipListing::problem(std::string member, Error error) const {
  return SourceProblem{.path = path_, .member = std::move(member), .error = std::move(error)};
}

std::optional<SourceEvent> ZipListing::judge(ZipRecord record) {
  const auto refused = [&](Error error) {
    std::string name = shortened_name(std::move(record.name));
    auto named = std::move(error).with_context(source_name(path_, name));
    return problem(std::move(name), std::move(named));
  };
  if (auto name = check_name(record); !name.has_value()) {
    return refused(std::move(name).error());
  }
  if (record.is_folder()) {
    return std::nullopt;
  }
  if (const auto reason = rules_->member_skip_reason(record.name)) {
    return SourceSkip{
        .path = path_, .member = std::move(record.name), .reason = std::string{*reason}};
  }
  if (auto kind = check_kind(record); !kind.has_value()) {
    return refused(std::move(kind).error());
  }
  const auto limit = end_limit(record);
  if (!limit.has_value()) {
    return refused(limit.error());
  }
  if (auto limits = check_limits(record); !limits.has_value()) {
    return refused(std::move(limits).error());
  }
  SourceEntry entry{
      .path = path_,
      .member = std::move(record.name),
      .stamp = stamp_,
      .encoded_size = Bytes{record.size_bytes},
      .location = {.index = record.index,
                   .header_offset = record.header_offset,
                   .end_limit = *limit,
                   .stored_bytes = record.stored_bytes,
                   .crc32 = record.crc32,
                   .coding = record.method == kMethodDeflated ? MemberCoding::kDeflated
                                                              : MemberCoding::kStored}};
  return as_event(std::move(entry));
}

Result<void> ZipListing::check_name(const ZipRecord& record) {
  TRY(check_member_name(record.name));
  if (record.is_folder()) {
    return {};
  }
  if (names_.asked_before(record.name)) {
    return fail(ErrorCode::kCorrupt, "an earlier member of the archive has the same name");
  }
  return {};
}

Result<void> ZipListing::check_kind(const ZipRecord& record) const {
  const unsigned type = record.unix_mode & S_IFMT;
  if (type == S_IFLNK) {
    return fail(ErrorCode::kUnsupported, "is a symbolic link inside an archive");
  }
  if (type != 0 && type != S_IFREG) {
    return fail(ErrorCode::kUnsupported, "is a device, FIFO or socket inside an archive");
  }
  if (record.encrypted()) {
    return fail(ErrorCode::kUnsupported, "is encrypted");
  }
  if (record.method != kMethodStored && record.method != kMethodDeflated) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("is compressed by method {}; only stored (0) and deflated (8) are read",
                            record.method));
  }
  if (record.lacks_zip64_field) {
    return fail(ErrorCode::kCorrupt, "its ZIP64 field is missing or too short");
  }
  if (record.method == kMethodStored && record.stored_bytes != record.size_bytes) {
    return fail(ErrorCode::kCorrupt, fmt::format("is stored, but claims {} bytes and {} inflated",
                                                 record.stored_bytes, record.size_bytes));
  }
  return {};
}

// Where the next thing in the archive begins. Sorted places make the check exact: whatever passes
// shares no byte with another member, so that no byte of an archive can be inflated twice.
Result<std::uint64_t> ZipListing::end_limit(const ZipRecord& record) const {
  const std::uint64_t directory = directory_.extent().offset;
  const auto places = std::ranges::equal_range(header_offsets_, record.header_offset);
  const std::uint64_t limit =
      places.end() == header_offsets_.end() ? directory : std::min(*places.end(), directory);
  const std::uint64_t header = kLocalHeaderBytes + record.name.size();
  if (record.header_offset >= limit || limit - record.header_offset < header) {
    return fail(ErrorCode::kCorrupt, "its header lies outside the members of the archive");
  }
  if (places.size() > 1 || limit - record.header_offset - header < record.stored_bytes) {
    return fail(ErrorCode::kCorrupt, "overlaps another member of the archive");
  }
  return limit;
}

Result<void> ZipListing::check_limits(const ZipRecord& record) const {
  const Bytes size{record.size_bytes};
  if (record.method == kMethodDeflated && Bytes{record.stored_bytes} > longest_deflated(size)) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("takes {} deflated, but claims to be no more than {}",
                            to_string(Bytes{record.stored_bytes}), to_string(size)));
  }
  if (size > limits_.max_member) {
    return fail(ErrorCode::kTooLarge, fmt::format("inflates to {}, the limit is {}",
                                                  to_string(size), to_string(limits_.max_member)));
  }
  if (size > limits_.ratio_floor && size > Bytes{record.stored_bytes} * limits_.max_ratio) {
    return fail(
        ErrorCode::kTooLarge,
        fmt::format("inflates from {} to {}, more than the limit of {} times",
                    to_string(Bytes{record.stored_bytes}), to_string(size), limits_.max_ratio));
  }
  return {};
}

SourceEvent ZipListing::as_event(SourceEntry entry) const {
  const auto read_head = [&](std::span<std::byte> out) {
    return read_zip_member_head(directory_.file(), entry, out);
  };
  return entry_unless_archive(entry, read_head);
}

}  // namespace albumen
