// SPDX-License-Identifier: Apache-2.0
// The members of an open tar archive, one after the other: only headers are read, data are stepped
// over. Tested by tar_archive_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/units.h"
#include "files/file.h"
#include "sources/internal/tar_format.h"

namespace albumen {

/// Of all headers about one member together, of which a name takes 4 KiB at most. Somebody's
/// attributes may take more; beyond this they are no picture's.
inline constexpr Bytes kTarHeadersLimit = kMiB;

struct TarMember {
  std::uint64_t index = 0;  ///< among the members, from 0
  std::string name;         ///< bytes, without "./" in front
  TarKind kind = TarKind::kFile;
  std::uint64_t size_bytes = 0;
  std::uint64_t header_offset = 0;  ///< of the first header about this member
  std::uint64_t data_offset = 0;    ///< behind the last one
  std::uint32_t headers_crc32 = 0;  ///< of all bytes between these two
  bool cut_short = false;           ///< its data reach beyond the file

  [[nodiscard]] bool is_folder() const;
};

/// One thread. Memory: a few times kTarHeadersLimit at most.
class TarWalk {
 public:
  /// `name` is used in the words of errors only.
  TarWalk(FileDescriptor file, std::uint64_t file_bytes, std::string name);

  /// The next member; nothing behind the last one. After an error
  /// the place of the next one is unknown: do not go on. Errors: Corrupt for a wrong checksum,
  /// size or pax record, or for more behind the end; TooLarge beyond kTarHeadersLimit; Truncated
  /// when the file ends without the zero blocks that end an archive, as behind a member that is cut
  /// short; Io.
  Result<std::optional<TarMember>> next();

  /// Back to the first member.
  void rewind();

  [[nodiscard]] const FileDescriptor& file() const { return file_; }

 private:
  // What headers in front of a member say of it.
  struct Extensions {
    std::optional<std::string> long_name;
    PaxFields pax;
  };

  Result<std::optional<TarMember>> next_member();
  Result<void> read_headers(std::span<std::byte> out, TarMember& member);
  Result<void> read_extension(const TarHeader& header, TarMember& member, Extensions& extensions);
  Result<void> read_global(std::string_view records);
  Result<void> read_sparse_map(const TarHeader& header, TarMember& member);
  Result<void> check_end();
  TarMember complete(TarMember member, TarHeader header, Extensions extensions);

  FileDescriptor file_;
  std::uint64_t file_bytes_;
  std::string name_;
  std::uint64_t offset_ = 0;   // of the next byte to be read, at most file_bytes_
  std::uint64_t members_ = 0;  // returned so far
  PaxFields global_;
};

}  // namespace albumen
