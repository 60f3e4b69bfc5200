// SPDX-License-Identifier: Apache-2.0
#include "archive/archive_writer.h"

#include <algorithm>
#include <fmt/core.h>
#include <libdeflate.h>

#include "files/path_text.h"

namespace albumen {
namespace {

constexpr std::size_t kLongestName = 0xFFFF;
constexpr std::uint64_t kAllOnes16 = 0xFFFF;
constexpr std::uint64_t kAllOnes32 = 0xFFFF'FFFF;

constexpr std::uint64_t kVersion = 20;       // 4.4.3.2: folders in names; no feature above it
constexpr std::uint64_t kVersionZip64 = 45;  // 4.4.3.2
constexpr std::uint64_t kUnix = 3 << 8;      // 4.4.2.2: the attributes are a mode
constexpr std::uint64_t kNamesAreUtf8 = 1 << 11;
constexpr std::uint64_t kStored = 0;
constexpr std::uint64_t kMidnight = 0;
constexpr std::uint64_t kFirstDay = 1 << 5 | 1;  // January the 1st, 0 years after 1980
constexpr std::uint64_t kOrdinaryFile = 0100644;
constexpr std::uint64_t kZip64Field = 1;

// Numbers of a record, the lowest byte first.
class Record {
 public:
  Record& put16(std::uint64_t value) { return put(value, 2); }

  Record& put32(std::uint64_t value) { return put(value, 4); }

  Record& put64(std::uint64_t value) { return put(value, 8); }

  Record& put_bytes(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  Record& put(std::uint64_t value, int count) {
    for (int index = 0; index < count; ++index) {
      bytes_.push_back(static_cast<std::byte>(value >> (8 * index) & 0xFF));
    }
    return *this;
  }

  std::vector<std::byte> bytes_;
};

std::uint64_t flags_of(std::string_view name) { return is_utf8(name) ? kNamesAreUtf8 : 0; }

// The plain field of a number that may stand in the ZIP64 field instead.
std::uint64_t plain_or_ones(std::uint64_t value, bool is_large) {
  return is_large ? kAllOnes32 : value;
}

// With its head, or nothing where there are no values.
Record zip64_field(std::span<const std::uint64_t> values) {
  Record field;
  if (!values.empty()) {
    field.put16(kZip64Field).put16(values.size_bytes());
    for (const std::uint64_t value : values) {
      field.put64(value);
    }
  }
  return field;
}

// The fields that a member's header and its record in the directory share (4.3.7, 4.3.12).
void put_description(Record& record, const ArchiveMember& member, bool is_large,
                     const Record& extra) {
  record.put16(flags_of(member.name))
      .put16(kStored)
      .put16(kMidnight)
      .put16(kFirstDay)
      .put32(member.crc32)
      .put32(plain_or_ones(member.size, is_large))  // stored
      .put32(plain_or_ones(member.size, is_large))  // and inflated
      .put16(member.name.size())
      .put16(extra.bytes().size());
}

}  // namespace

std::uint32_t crc32_onward(std::uint32_t so_far, std::span<const std::byte> bytes) {
  return libdeflate_crc32(so_far, bytes.data(), bytes.size());
}

Result<void> ArchiveWriter::put(std::span<const std::byte> bytes) {
  TRY(out_.write(bytes));
  offset_ += bytes.size();
  return {};
}

Result<void> ArchiveWriter::check_complete() const {
  if (left_ > 0 || crc32_ != announced_crc32_) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: changed while it was put into the archive", path_to_text(name_)));
  }
  return {};
}

Result<void> ArchiveWriter::begin(const ArchiveMember& member) {
  TRY(check_complete());
  if (member.name.empty() || member.name.size() > kLongestName) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a name of {} bytes in an archive; it has 1 to {}", member.name.size(),
                            kLongestName));
  }
  append_record(member);
  const bool is_large = member.size >= zip64_.bytes;
  std::vector<std::uint64_t> large;
  if (is_large) {
    large = {member.size, member.size};  // inflated and stored
  }
  const Record extra = zip64_field(large);
  Record header;
  header.put32(0x04034B50).put16(is_large ? kVersionZip64 : kVersion);
  put_description(header, member, is_large, extra);
  header.put_bytes(std::as_bytes(std::span{member.name})).put_bytes(extra.bytes());
  TRY(put(header.bytes()));
  ++members_;
  name_ = member.name;
  left_ = member.size;
  announced_crc32_ = member.crc32;
  crc32_ = 0;
  return {};
}

// REQUIRES: the member's header comes next.
void ArchiveWriter::append_record(const ArchiveMember& member) {
  const bool is_large = member.size >= zip64_.bytes;
  const bool is_far = offset_ >= zip64_.bytes;
  std::vector<std::uint64_t> large;
  if (is_large) {
    large = {member.size, member.size};
  }
  if (is_far) {
    large.push_back(offset_);
  }
  const Record extra = zip64_field(large);
  const std::uint64_t version = large.empty() ? kVersion : kVersionZip64;
  Record record;
  record.put32(0x02014B50).put16(kUnix | version).put16(version);
  put_description(record, member, is_large, extra);
  record
      .put16(0)  // no comment
      .put16(0)  // of the first disk
      .put16(0)  // no text, as far as is known
      .put32(kOrdinaryFile << 16)
      .put32(plain_or_ones(offset_, is_far))
      .put_bytes(std::as_bytes(std::span{member.name}))
      .put_bytes(extra.bytes());
  directory_.insert(directory_.end(), record.bytes().begin(), record.bytes().end());
}

Result<void> ArchiveWriter::write(std::span<const std::byte> bytes) {
  if (bytes.size() > left_) {
    return fail(ErrorCode::kIo,
                fmt::format("{}: grew while it was put into the archive", path_to_text(name_)));
  }
  TRY(put(bytes));
  left_ -= bytes.size();
  crc32_ = crc32_onward(crc32_, bytes);
  return {};
}

Result<void> ArchiveWriter::add(std::string_view name, std::span<const std::byte> bytes) {
  TRY(begin({.name = name, .size = bytes.size(), .crc32 = crc32_onward(0, bytes)}));
  return write(bytes);
}

Result<void> ArchiveWriter::finish() {
  TRY(check_complete());
  const std::uint64_t start = offset_;
  const std::uint64_t size = directory_.size();
  TRY(put(directory_));
  const bool are_many = members_ >= zip64_.members;
  const bool is_long = size >= zip64_.bytes;
  const bool is_far = start >= zip64_.bytes;
  Record end;
  if (are_many || is_long || is_far) {
    constexpr std::uint64_t kRestOfEndRecord = 44;
    end.put32(0x06064B50)
        .put64(kRestOfEndRecord)
        .put16(kUnix | kVersionZip64)
        .put16(kVersionZip64)
        .put32(0)  // this disk, and where the directory begins: the first
        .put32(0)
        .put64(members_)  // here, and in all
        .put64(members_)
        .put64(size)
        .put64(start);
    end.put32(0x07064B50).put32(0).put64(offset_).put32(1);  // the locator: one disk
  }
  const std::uint64_t members = are_many ? kAllOnes16 : members_;
  end.put32(0x06054B50)
      .put16(0)
      .put16(0)
      .put16(members)
      .put16(members)
      .put32(plain_or_ones(size, is_long))
      .put32(plain_or_ones(start, is_far))
      .put16(0);  // no comment
  return put(end.bytes());
}

}  // namespace albumen
