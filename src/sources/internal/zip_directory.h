// SPDX-License-Identifier: Apache-2.0
// The central directory of an open ZIP archive, read record by record through one buffer, so that
// its size costs no memory. Tested by zip_archive_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "files/file.h"
#include "sources/internal/zip_format.h"

namespace albumen {

/// Finds the central directory by the end record, with ZIP64, and checks that it lies inside the
/// file. Strict where readers disagree with each other: the end record must end with the file, and
/// offsets count from the file's first byte.
/// Errors: Truncated without an end record; Corrupt; Unsupported for a split archive; Io.
Result<ZipDirectoryExtent> locate_zip_directory(const FileDescriptor& file,
                                                std::uint64_t file_bytes, const std::string& name);

/// One thread.
class ZipDirectory {
 public:
  /// `name` is used in the words of errors only.
  ZipDirectory(FileDescriptor file, const ZipDirectoryExtent& extent, std::string name);

  /// The next record; nothing after the last. Errors: Corrupt when a record crosses the end of the
  /// directory or bytes are left after the last one; Io; Truncated when the file shrank.
  Result<std::optional<ZipRecord>> next();

  /// Back to the first record.
  void rewind();

  [[nodiscard]] const FileDescriptor& file() const { return file_; }

  [[nodiscard]] const ZipDirectoryExtent& extent() const { return extent_; }

 private:
  Result<void> ensure_unread(std::size_t size);
  [[nodiscard]] std::span<const std::byte> unread() const;

  FileDescriptor file_;
  ZipDirectoryExtent extent_;
  std::string name_;
  std::vector<std::byte> buffer_;  // unread bytes are [begin_, end_)
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t fetched_bytes_ = 0;  // of the directory, so far
  std::uint64_t records_ = 0;        // returned so far
};

}  // namespace albumen
