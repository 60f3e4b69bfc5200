// SPDX-License-Identifier: Apache-2.0
// What a dataset's folder knows of itself: the journal of finished pictures and the lock of the one
// process that writes. Tested by dataset_state_test.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/mutex.h"
#include "core/result.h"
#include "dataset/journal.h"
#include "files/file.h"
#include "files/lock_file.h"
#include "pipeline/internal/dataset_history.h"

namespace albumen {

/// Open for one run. Any thread.
class DatasetState {
 public:
  /// Makes `directory` and its .albumen-dataset/ when they are missing. `earlier` are lines of a
  /// journal that stand as if before its own. Errors: Unavailable, naming who writes; Io.
  static Result<DatasetState> open(const std::string& directory, const std::string& command,
                                   std::string_view earlier = {});

  DatasetState(DatasetState&&) noexcept;
  DatasetState& operator=(DatasetState&&) = delete;
  DatasetState(const DatasetState&) = delete;
  DatasetState& operator=(const DatasetState&) = delete;
  ~DatasetState();

  /// What the journal said when it was opened.
  [[nodiscard]] const DatasetHistory& history() const { return history_; }

  /// One finished picture. Error: Io.
  Result<void> append(const JournalEntry& entry);

  /// Says that a file is about to be made. Before the first that replaces a picture of an earlier
  /// run, that is on the disk. Error: Io.
  Result<void> claim(const JournalClaim& claim);

  /// Takes the claim of the picture `output` (as text) back, of which nothing was made: whoever
  /// changes that file now has it. What an earlier run left unsaid of it stays said. Error: Io.
  Result<void> withdraw(const std::string& output);

  /// Sees everything in the folder's file system onto the disk, then writes the journal anew with
  /// these entries alone: of two of one source the later counts. Error: Io.
  Result<void> finish(const std::vector<JournalEntry>& entries);

 private:
  DatasetState(LockFile lock, DatasetHistory history, std::string path, FileDescriptor file);

  Result<void> append_line(std::string line);
  Result<void> write_line(std::string line);
  Result<void> begin_replacing();

  LockFile lock_;
  DatasetHistory history_;
  std::string path_;
  std::unique_ptr<Mutex> mutex_;
  FileDescriptor file_;
  bool is_replacing_ = false;  // the journal says so; under the mutex, as the next
  bool is_torn_ = false;       // a full disk may have cut its last line
};

}  // namespace albumen
