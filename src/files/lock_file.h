// SPDX-License-Identifier: Apache-2.0
// One process at a time: a lock file beside what it works on, locked by flock, which the kernel
// drops however the process ends. Its text says who holds it. Tested by lock_file_test.cpp.
#pragma once

#include <chrono>
#include <string>

#include "core/result.h"
#include "core/stop.h"
#include "files/file.h"

namespace albumen {

/// Held until destroyed. Move-only. The file stays (removing it would let two processes lock two
/// files of one name), emptied.
class LockFile {
 public:
  struct Wait {
    std::chrono::milliseconds at_most{0};
    StopToken stop;
  };

  /// Locks `path`, creating it. `holder` says what this process is doing: "albumen index /photos".
  /// Errors: Unavailable, naming the holder, when it stays locked for `wait`; Io when the
  /// file cannot be made; Cancelled.
  static Result<LockFile> acquire(const std::string& path, const std::string& holder,
                                  const Wait& wait);

  LockFile(LockFile&&) noexcept = default;
  LockFile& operator=(LockFile&&) = delete;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

 private:
  explicit LockFile(FileDescriptor file) : file_(std::move(file)) {}

  FileDescriptor file_;
};

}  // namespace albumen
