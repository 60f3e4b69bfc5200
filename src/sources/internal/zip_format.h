// SPDX-License-Identifier: Apache-2.0
// The records of a ZIP archive as pure functions over bytes: no I/O, no state. Field layouts from
// PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3 (ZIP64). Tested by zip_format_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace albumen {

inline constexpr std::size_t kLocalHeaderBytes = 30;
inline constexpr std::size_t kCentralRecordBytes = 46;
inline constexpr std::size_t kEndRecordBytes = 22;
inline constexpr std::size_t kZip64EndRecordBytes = 56;
inline constexpr std::size_t kZip64LocatorBytes = 20;
inline constexpr std::size_t kMaxVariableField = 0xFFFF;  ///< name, extra field, comment: each

/// Where the central directory lies and how many records it claims.
struct ZipDirectoryExtent {
  std::uint64_t members = 0;
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;

  friend bool operator==(const ZipDirectoryExtent&, const ZipDirectoryExtent&) = default;
};

/// The end record inside the last bytes of a file: the position of the last one whose comment ends
/// exactly with `tail`.
std::optional<std::size_t> find_end_record(std::span<const std::byte> tail);

/// The end record at the start of `record`. The members, offset and size of an archive that needs
/// ZIP64 are all ones. Error: Unsupported for one part of a split archive.
/// REQUIRES: at least kEndRecordBytes.
Result<ZipDirectoryExtent> parse_end_record(std::span<const std::byte> record);

/// The offset of the ZIP64 end record, if `locator` is a ZIP64 locator at all.
/// REQUIRES: at least kZip64LocatorBytes.
std::optional<std::uint64_t> parse_zip64_locator(std::span<const std::byte> locator);

/// The ZIP64 end record; it must agree with `plain` where that is not all ones.
/// Errors: Corrupt, Unsupported as above. REQUIRES: at least kZip64EndRecordBytes.
Result<ZipDirectoryExtent> parse_zip64_end_record(std::span<const std::byte> record,
                                                  const ZipDirectoryExtent& plain);

/// One record of the central directory. All of it is claims.
struct ZipRecord {
  std::uint64_t index = 0;  ///< position in the directory, set by its reader
  std::string name;         ///< bytes as they stand
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint16_t unix_mode = 0;  ///< file type and permissions, 0 when the writer knew none
  std::uint32_t crc32 = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t size_bytes = 0;  ///< inflated
  std::uint64_t header_offset = 0;
  /// A size or offset stands in a ZIP64 field that is missing or too short, so it is unknown.
  bool lacks_zip64_field = false;

  [[nodiscard]] bool encrypted() const;
  [[nodiscard]] bool is_folder() const;
};

/// Bytes of the whole record, by its fixed part. Corrupt unless the signature is right.
/// REQUIRES: at least kCentralRecordBytes.
Result<std::size_t> central_record_size(std::span<const std::byte> fixed_part);

/// REQUIRES: `record` has the size that central_record_size gave.
ZipRecord parse_central_record(std::span<const std::byte> record);

/// The fixed part of a local header.
struct ZipLocalHeader {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::uint32_t crc32 = 0;
  std::uint32_t stored_bytes = 0;
  std::uint32_t size_bytes = 0;
  std::uint16_t name_bytes = 0;
  std::uint16_t extra_bytes = 0;

  /// Checksum and sizes follow the data; the fields here may be zero.
  [[nodiscard]] bool has_data_descriptor() const;
  [[nodiscard]] bool encrypted() const;
};

/// Corrupt unless the signature is right. REQUIRES: at least kLocalHeaderBytes.
Result<ZipLocalHeader> parse_local_header(std::span<const std::byte> fixed_part);

}  // namespace albumen
