// SPDX-License-Identifier: Apache-2.0
#include "files/lock_file.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <ctime>
#include <fcntl.h>
#include <fmt/core.h>
#include <mutex>
#include <span>
#include <string_view>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

#include "files/path_text.h"

namespace albumen {
namespace {

using Clock = std::chrono::steady_clock;

// flock cannot wait with a time limit, so a waiting writer asks again at this interval.
constexpr std::chrono::milliseconds kRetryInterval{50};

// What is shown of the holder's text, which any program could have written.
constexpr std::size_t kHolderBytes = 400;

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::unexpected<Error> cannot_lock(const std::string& path, int error_number) {
  return fail(ErrorCode::kIo,
              fmt::format("{}: cannot be locked for writing: {}", path_to_text(path),
                          std::generic_category().message(error_number)));
}

std::string holder_of(const FileDescriptor& file) {
  std::array<char, kHolderBytes> text{};
  const ssize_t count = ::pread(file.value(), text.data(), text.size(), 0);
  const std::string_view all{text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  const auto line = all.substr(0, all.find('\n'));
  return line.empty() ? "another process" : path_to_text(line);
}

Result<void> write_holder(const FileDescriptor& file, std::string holder, const std::string& path) {
  std::ranges::replace(holder, '\n', ' ');
  const std::string text =
      fmt::format("process {} ({}, since {})\n", ::getpid(), holder, utc_now());
  if (::ftruncate(file.value(), 0) != 0) {
    return cannot_lock(path, errno);
  }
  return write_all(file, std::as_bytes(std::span{text}), path);
}

void pause(const StopToken& stop) {
  std::mutex mutex;
  std::condition_variable_any nobody_notifies;
  std::unique_lock lock{mutex};
  nobody_notifies.wait_for(lock, stop, kRetryInterval, [] { return false; });
}

}  // namespace

Result<LockFile> LockFile::acquire(const std::string& path, const std::string& holder,
                                   const Wait& wait) {
  FileDescriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666)};
  if (!file.valid()) {
    return cannot_lock(path, errno);
  }
  const auto deadline = Clock::now() + wait.at_most;
  while (::flock(file.value(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return cannot_lock(path, errno);
    }
    if (Clock::now() >= deadline) {
      return fail(ErrorCode::kUnavailable, "in use by " + holder_of(file));
    }
    pause(wait.stop);
    TRY_CONTEXT(check_stop(wait.stop), "waiting for " + path_to_text(path));
  }
  TRY(write_holder(file, holder, path));
  return LockFile{std::move(file)};
}

LockFile::~LockFile() {
  // Emptied before the lock goes with the descriptor, so that a stale name is never shown.
  if (file_.valid() && ::ftruncate(file_.value(), 0) != 0) {
    // The next holder overwrites it.
  }
}

}  // namespace albumen
