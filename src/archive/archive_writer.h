// SPDX-License-Identifier: Apache-2.0
// Writes a ZIP archive as a stream: the same members give the same bytes, whenever and wherever.
// Layouts from PKWARE's APPNOTE.TXT 6.3.10, sections 4.3, 4.4 and 4.5.3 (ZIP64).
// Tested by archive_writer_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "encode/byte_sink.h"

namespace albumen {

/// From where on a number stands in a ZIP64 field: the first that the plain field cannot hold, as
/// all ones mean "look there". Tests lower them.
struct Zip64Thresholds {
  std::uint64_t bytes = 0xFFFF'FFFF;  ///< of a member, of the directory, and offsets
  std::uint64_t members = 0xFFFF;
};

/// CRC-32 (that of ZIP and PNG) of what gave `so_far` followed by `bytes`; of nothing it is 0.
std::uint32_t crc32_onward(std::uint32_t so_far, std::span<const std::byte> bytes);

/// A member before its bytes.
struct ArchiveMember {
  std::string_view name;  ///< bytes with slashes, at most 65535; UTF-8 is marked as such
  std::uint64_t size = 0;
  std::uint32_t crc32 = 0;
};

/// Stored members, ordinary files of mode 0644 from 1980-01-01, no folders. Names are the caller's
/// to keep apart. Holds no bytes of members, only the directory. One thread. After an error the
/// archive is of no use.
class ArchiveWriter {
 public:
  /// REQUIRES: `out` outlives the writer and gets nothing else meanwhile.
  explicit ArchiveWriter(ByteSink& out, Zip64Thresholds zip64 = {}) : out_(out), zip64_(zip64) {}

  /// The next member, whose bytes follow by `write`. Errors: InvalidArgument for a name that is
  /// empty or too long; Io where the member before it was not what was announced; those of the
  /// sink.
  Result<void> begin(const ArchiveMember& member);

  /// Errors: Io for more bytes than announced; those of the sink.
  Result<void> write(std::span<const std::byte> bytes);

  /// A whole member that is in memory. Errors: as `begin`.
  Result<void> add(std::string_view name, std::span<const std::byte> bytes);

  /// The directory and the end. Errors: as `begin`. REQUIRES: called at most once, last.
  Result<void> finish();

 private:
  Result<void> put(std::span<const std::byte> bytes);
  Result<void> check_complete() const;
  void append_record(const ArchiveMember& member);

  ByteSink& out_;
  Zip64Thresholds zip64_;
  std::uint64_t offset_ = 0;  // bytes so far
  std::uint64_t members_ = 0;
  std::vector<std::byte> directory_;
  std::string name_;  // of the member that is being written, as the next four
  std::uint64_t left_ = 0;
  std::uint32_t announced_crc32_ = 0;
  std::uint32_t crc32_ = 0;
};

}  // namespace albumen
