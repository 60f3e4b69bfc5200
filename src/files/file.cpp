// SPDX-License-Identifier: Apache-2.0
#include "files/file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <expected>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "core/error.h"
#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"
#include "files/path_text.h"

namespace albumen {
namespace {

const char* file_type_name(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a directory";
    case S_IFIFO:
      return "a FIFO";
    case S_IFCHR:
    case S_IFBLK:
      return "a device";
    case S_IFSOCK:
      return "a socket";
    default:
      return "no regular file";
  }
}

Result<struct stat> status_of(const FileDescriptor& file, std::string_view name) {
  struct stat status{};

  if (::fstat(file.value(), &status) != 0) {
    return system_failure(errno, "inspect", name);
  }
  return status;
}

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// Six of them: two thousand million names.
Result<std::string> random_letters() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::array<std::uint8_t, 6> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) {
    return system_failure(errno, "find a name for", "a temporary file");
  }
  std::string letters;
  for (const std::uint8_t byte : bytes) {
    letters.push_back(kLetters[byte % kLetters.size()]);
  }
  return letters;
}

}  // namespace

std::unexpected<Error> system_failure(int error_number, std::string_view action,
                                      std::string_view path) {
  const ErrorCode code =
      error_number == ENOENT || error_number == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kIo;
  return fail(code, fmt::format("{}: cannot {}: {}", path_to_text(path), action,
                                std::generic_category().message(error_number)));
}

FileStamp stamp_from(const struct stat& status) {
  return {.size_bytes = static_cast<std::uint64_t>(status.st_size),
          .mtime_ns = nanoseconds(status.st_mtim),
          .ctime_ns = nanoseconds(status.st_ctim),
          .inode = status.st_ino};
}

FileDescriptor::FileDescriptor(FileDescriptor&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)) {}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  FileDescriptor old{std::exchange(fd_, std::exchange(other.fd_, -1))};
  return *this;
}

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

Result<FileDescriptor> open_for_reading(const std::string& path) {
  // O_NONBLOCK: opening a FIFO without a writer would wait for ever; regular files ignore it.
  FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!file.valid()) {
    if (errno == ENXIO) {
      return fail(ErrorCode::kUnsupported, path_to_text(path) + ": is a socket or device");
    }
    return system_failure(errno, "open", path);
  }
  const auto status = TRY(status_of(file, path));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: is {}, not a file", path_to_text(path),
                                                     file_type_name(status.st_mode)));
  }
  return file;
}

Result<FileStamp> stamp_of(const FileDescriptor& file, std::string_view name) {
  return stamp_from(TRY(status_of(file, name)));
}

std::optional<std::uint64_t> regular_file_size(const std::string& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> read_exactly(const FileDescriptor& file, std::uint64_t offset,
                          std::span<std::byte> out, std::string_view name) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count = ::pread(file.value(), out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return system_failure(errno, "read", name);
    }
    if (count == 0) {
      return fail(ErrorCode::kTruncated,
                  fmt::format("{}: ends at byte {}, {} expected", path_to_text(name), offset + done,
                              offset + out.size()));
    }
    done += static_cast<std::size_t>(count);
  }
  return {};
}

Result<void> read_exactly(const FileDescriptor& file, std::uint64_t offset,
                          std::span<std::byte> out, std::string_view name, const StopToken& stop) {
  constexpr std::size_t kBlockBytes = (kMiB * 4).count();
  while (!out.empty()) {
    TRY(check_stop(stop));
    const auto block = out.first(std::min(out.size(), kBlockBytes));
    TRY(read_exactly(file, offset, block, name));
    offset += block.size();
    out = out.subspan(block.size());
  }
  return {};
}

Result<std::string> read_small_file(const std::string& path, Bytes limit) {
  const auto file = TRY(open_for_reading(path));
  const auto stamp = TRY(stamp_of(file, path));
  if (Bytes{stamp.size_bytes} > limit) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{}: {} exceed the limit of {}", path_to_text(path),
                            to_string(Bytes{stamp.size_bytes}), to_string(limit)));
  }
  std::string text(stamp.size_bytes, '\0');
  TRY(read_exactly(file, 0, std::as_writable_bytes(std::span{text}), path));
  return text;
}

Result<void> write_all(const FileDescriptor& file, std::span<const std::byte> bytes,
                       std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.value(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return system_failure(errno, "write", name);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

AtomicFile::AtomicFile(FileDescriptor file, std::string path, std::string temporary_path)
    : file_(std::move(file)), path_(std::move(path)), temporary_path_(std::move(temporary_path)) {}

Result<AtomicFile> AtomicFile::create(const std::string& path) {
  // In the same directory, because rename is atomic only inside one file system.
  return create_in(std::string{folder_of(path)}, path);
}

Result<AtomicFile> AtomicFile::create_in(const std::string& folder, const std::string& path) {
  // As mkostemps does, but with the mode of an ordinary file. That depends on the umask, which can
  // only be read by setting it: another thread would make its files without one meanwhile, and two
  // at once could leave the process without.
  constexpr int kMostTries = 100;
  constexpr int kFlags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC;
  int error_number = EEXIST;
  for (int tries = 0; tries < kMostTries && error_number == EEXIST; ++tries) {
    const std::string letters = TRY(random_letters());
    std::string temporary_path = fmt::format("{}/.albumen-{}.part", folder, letters);
    FileDescriptor file{::open(temporary_path.c_str(), kFlags, 0666)};
    if (file.valid()) {
      return AtomicFile{std::move(file), path, std::move(temporary_path)};
    }
    error_number = errno;
  }
  return system_failure(error_number, "create a file beside", path);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : file_(std::move(other.file_)),
      path_(std::move(other.path_)),
      temporary_path_(std::exchange(other.temporary_path_, {})) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this != &other) {
    discard();
    file_ = std::move(other.file_);
    path_ = std::move(other.path_);
    temporary_path_ = std::exchange(other.temporary_path_, {});
  }
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() noexcept {
  if (!temporary_path_.empty()) {
    ::unlink(temporary_path_.c_str());
    temporary_path_.clear();
  }
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes) {
  return write_all(file_, bytes, path_);
}

Result<void> AtomicFile::write(std::string_view text) {
  return write(std::as_bytes(std::span{text}));
}

Result<void> AtomicFile::commit() {
  if (::fsync(file_.value()) != 0) {
    return system_failure(errno, "sync", path_);
  }
  TRY(commit_unsynced());
  const FileDescriptor directory{
      ::open(std::string{folder_of(path_)}.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  // Some file systems refuse to sync a directory; the file itself is safe by then.
  if (directory.valid() && ::fsync(directory.value()) != 0 && errno != EINVAL) {
    return system_failure(errno, "sync the directory of", path_);
  }
  return {};
}

Result<void> AtomicFile::commit_unsynced() {
  if (::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return system_failure(errno, "rename the finished file to", path_);
  }
  temporary_path_.clear();
  return {};
}

Result<void> make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return system_failure(error.value(), "create the directory", path);
  }
  return {};
}

}  // namespace albumen
