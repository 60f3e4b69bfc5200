// SPDX-License-Identifier: Apache-2.0
// Files by descriptor: opening without surprises, reading without mapping, writing atomically.
// Nothing here waits on a FIFO, follows a changing file past its size, or leaves half a file
// under its final name. Tested by file_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"

struct stat;  // NOLINT(readability-identifier-naming): of <sys/stat.h>

namespace albumen {

/// The failure for an errno: NotFound when the name does not exist, else Io.
/// "PATH: cannot ACTION: the system's words".
std::unexpected<Error> system_failure(int error_number, std::string_view action,
                                      std::string_view path);

/// Owns a file descriptor. Move-only.
class FileDescriptor {
 public:
  FileDescriptor() = default;

  explicit FileDescriptor(int fd) : fd_(fd) {}

  FileDescriptor(FileDescriptor&& other) noexcept;
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor();

  [[nodiscard]] int value() const { return fd_; }

  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// What decides whether a file must be hashed again. Equal stamps: taken as the same bytes.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;
  std::int64_t ctime_ns = 0;
  std::uint64_t inode = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp stamp_from(const struct stat& status);

/// Opens a regular file for reading. Never blocks: a FIFO, device, socket or directory is
/// `Unsupported` by name; missing is `NotFound`; anything else the system refuses is `Io`.
Result<FileDescriptor> open_for_reading(const std::string& path);

/// The stamp of an open file (not of a path, which may be replaced meanwhile).
Result<FileStamp> stamp_of(const FileDescriptor& file, std::string_view name);

/// The size in bytes of a regular file; nothing where `path` is another thing, a link among them.
std::optional<std::uint64_t> regular_file_size(const std::string& path);

/// Reads exactly `out.size()` bytes from `offset`. Short: `Truncated` (the file shrank).
/// `name` is used in the error's words only.
Result<void> read_exactly(const FileDescriptor& file, std::uint64_t offset,
                          std::span<std::byte> out, std::string_view name);

/// The same for what may be long. Cancelled within four MiB of `stop`.
Result<void> read_exactly(const FileDescriptor& file, std::uint64_t offset,
                          std::span<std::byte> out, std::string_view name, const StopToken& stop);

/// The whole of a small file (configuration, model card, list). `TooLarge` above `limit`.
Result<std::string> read_small_file(const std::string& path, Bytes limit);

/// Writes all of `bytes` at the descriptor's position. Disk full is `Io` with the system's words.
Result<void> write_all(const FileDescriptor& file, std::span<const std::byte> bytes,
                       std::string_view name);

/// A file that appears under its name whole or not at all: written beside it under a temporary
/// name, synced, renamed over. Destroyed without `commit`, it removes the temporary file.
/// One thread.
class AtomicFile {
 public:
  /// Creates the temporary file in the directory of `path`, which must exist.
  static Result<AtomicFile> create(const std::string& path);

  /// Creates it in `folder` instead, of the same file system: one whose owner clears it away when a
  /// process was killed meanwhile.
  static Result<AtomicFile> create_in(const std::string& folder, const std::string& path);

  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  Result<void> write(std::span<const std::byte> bytes);
  Result<void> write(std::string_view text);

  /// fsync, rename, fsync of the directory.
  Result<void> commit();

  /// Rename alone: whole or not at all whatever becomes of the process, but a power cut may leave
  /// the name with other bytes. For many files, whose owner syncs them together and checks.
  Result<void> commit_unsynced();

 private:
  AtomicFile(FileDescriptor file, std::string path, std::string temporary_path);
  void discard() noexcept;

  FileDescriptor file_;
  std::string path_;
  std::string temporary_path_;  // empty once committed or moved from
};

/// Creates `path` and its missing parents, mode 0777 less the umask.
Result<void> make_directories(const std::string& path);

}  // namespace albumen
