// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/zip_format.h"

#include <sys/stat.h>

#include "core/check.h"

namespace albumen {
namespace {

constexpr std::uint32_t kLocalSignature = 0x04034B50;
constexpr std::uint32_t kCentralSignature = 0x02014B50;
constexpr std::uint32_t kEndSignature = 0x06054B50;
constexpr std::uint32_t kZip64EndSignature = 0x06064B50;
constexpr std::uint32_t kZip64LocatorSignature = 0x07064B50;

constexpr std::uint16_t kZip64FieldId = 0x0001;
constexpr std::uint16_t kAllOnes16 = 0xFFFF;
constexpr std::uint32_t kAllOnes32 = 0xFFFFFFFF;

// General purpose bits, APPNOTE 4.4.4: 0 encrypted, 6 strong encryption, 13 masked local header.
constexpr unsigned kEncryptionBits = 1U << 0U | 1U << 6U | 1U << 13U;
constexpr unsigned kDataDescriptorBit = 1U << 3U;

template <class Integer>
Integer load(std::span<const std::byte> bytes, std::size_t offset) {
  ALBUMEN_DCHECK(offset + sizeof(Integer) <= bytes.size());
  std::uint64_t value = 0;
  for (std::size_t index = 0; index < sizeof(Integer); ++index) {
    value |= std::to_integer<std::uint64_t>(bytes[offset + index]) << (8 * index);
  }
  return static_cast<Integer>(value);
}

constexpr auto kLoad16 = load<std::uint16_t>;
constexpr auto kLoad32 = load<std::uint32_t>;
constexpr auto kLoad64 = load<std::uint64_t>;

// The content of the ZIP64 field among the extra fields; empty when there is none. Padding that is
// no well-formed field ends the search: several writers leave some.
std::span<const std::byte> zip64_field(std::span<const std::byte> extra) {
  constexpr std::size_t kFieldHeader = 4;
  while (extra.size() >= kFieldHeader) {
    const std::size_t size = kLoad16(extra, 2);
    if (size > extra.size() - kFieldHeader) {
      return {};
    }
    if (kLoad16(extra, 0) == kZip64FieldId) {
      return extra.subspan(kFieldHeader, size);
    }
    extra = extra.subspan(kFieldHeader + size);
  }
  return {};
}

// Replaces each value that is all ones with the next 8 bytes of the field, in the order that
// APPNOTE 4.5.3 fixes.
void widen(ZipRecord& record, std::span<const std::byte> field) {
  for (std::uint64_t* value : {&record.size_bytes, &record.stored_bytes, &record.header_offset}) {
    if (*value != kAllOnes32) {
      continue;
    }
    if (field.size() < sizeof(std::uint64_t)) {
      record.lacks_zip64_field = true;
      return;
    }
    *value = kLoad64(field, 0);
    field = field.subspan(sizeof(std::uint64_t));
  }
}

bool agrees(std::uint64_t plain, std::uint64_t wide, std::uint64_t all_ones) {
  return plain == all_ones || plain == wide;
}

}  // namespace

std::optional<std::size_t> find_end_record(std::span<const std::byte> tail) {
  if (tail.size() < kEndRecordBytes) {
    return std::nullopt;
  }
  for (std::size_t position = tail.size() - kEndRecordBytes + 1; position-- > 0;) {
    const auto record = tail.subspan(position);
    if (kLoad32(record, 0) == kEndSignature &&
        kLoad16(record, 20) == record.size() - kEndRecordBytes) {
      return position;
    }
  }
  return std::nullopt;
}

Result<ZipDirectoryExtent> parse_end_record(std::span<const std::byte> record) {
  const std::uint16_t disk = kLoad16(record, 4);
  const std::uint16_t members_here = kLoad16(record, 8);
  const std::uint16_t members = kLoad16(record, 10);
  if ((disk != 0 && disk != kAllOnes16) || members_here != members) {
    return fail(ErrorCode::kUnsupported, "is one part of a split archive");
  }
  return ZipDirectoryExtent{
      .members = members, .offset = kLoad32(record, 16), .size_bytes = kLoad32(record, 12)};
}

std::optional<std::uint64_t> parse_zip64_locator(std::span<const std::byte> locator) {
  if (kLoad32(locator, 0) != kZip64LocatorSignature) {
    return std::nullopt;
  }
  return kLoad64(locator, 8);
}

Result<ZipDirectoryExtent> parse_zip64_end_record(std::span<const std::byte> record,
                                                  const ZipDirectoryExtent& plain) {
  if (kLoad32(record, 0) != kZip64EndSignature) {
    return fail(ErrorCode::kCorrupt, "has no ZIP64 end record where its locator points");
  }
  if (kLoad32(record, 16) != 0 || kLoad32(record, 20) != 0 ||
      kLoad64(record, 24) != kLoad64(record, 32)) {
    return fail(ErrorCode::kUnsupported, "is one part of a split archive");
  }
  const ZipDirectoryExtent wide{.members = kLoad64(record, 32),
                                .offset = kLoad64(record, 48),
                                .size_bytes = kLoad64(record, 40)};
  if (!agrees(plain.members, wide.members, kAllOnes16) ||
      !agrees(plain.offset, wide.offset, kAllOnes32) ||
      !agrees(plain.size_bytes, wide.size_bytes, kAllOnes32)) {
    return fail(ErrorCode::kCorrupt, "has two end records that contradict each other");
  }
  return wide;
}

bool ZipRecord::encrypted() const { return (flags & kEncryptionBits) != 0; }

bool ZipRecord::is_folder() const {
  return name.ends_with('/') || name.ends_with('\\') || (S_ISDIR(unix_mode) && size_bytes == 0);
}

Result<std::size_t> central_record_size(std::span<const std::byte> fixed_part) {
  if (kLoad32(fixed_part, 0) != kCentralSignature) {
    return fail(ErrorCode::kCorrupt, "its central directory has a record without a signature");
  }
  return kCentralRecordBytes + kLoad16(fixed_part, 28) + kLoad16(fixed_part, 30) +
         kLoad16(fixed_part, 32);
}

ZipRecord parse_central_record(std::span<const std::byte> record) {
  const std::size_t name_bytes = kLoad16(record, 28);
  const std::size_t extra_bytes = kLoad16(record, 30);
  const auto name = record.subspan(kCentralRecordBytes, name_bytes);
  ZipRecord parsed{
      .name = {reinterpret_cast<const char*>(name.data()), name.size()},
      .flags = kLoad16(record, 8),
      .method = kLoad16(record, 10),
      // The upper half of the external attributes; writers on DOS leave it zero.
      .unix_mode = kLoad16(record, 40),
      .crc32 = kLoad32(record, 16),
      .stored_bytes = kLoad32(record, 20),
      .size_bytes = kLoad32(record, 24),
      .header_offset = kLoad32(record, 42),
  };
  widen(parsed, zip64_field(record.subspan(kCentralRecordBytes + name_bytes, extra_bytes)));
  return parsed;
}

bool ZipLocalHeader::has_data_descriptor() const { return (flags & kDataDescriptorBit) != 0; }

bool ZipLocalHeader::encrypted() const { return (flags & kEncryptionBits) != 0; }

Result<ZipLocalHeader> parse_local_header(std::span<const std::byte> fixed_part) {
  if (kLoad32(fixed_part, 0) != kLocalSignature) {
    return fail(ErrorCode::kCorrupt, "no local header where the central directory points");
  }
  return ZipLocalHeader{
      .flags = kLoad16(fixed_part, 6),
      .method = kLoad16(fixed_part, 8),
      .crc32 = kLoad32(fixed_part, 14),
      .stored_bytes = kLoad32(fixed_part, 18),
      .size_bytes = kLoad32(fixed_part, 22),
      .name_bytes = kLoad16(fixed_part, 26),
      .extra_bytes = kLoad16(fixed_part, 28),
  };
}

}  // namespace albumen
