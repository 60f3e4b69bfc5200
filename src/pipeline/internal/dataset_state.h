// SPDX-License-Identifier: Apache-2.0
// What a dataset's folder knows of itself: the journal of finished pictures and the lock of the one
// process that writes. Tested by dataset_state_test.cpp.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/mutex.h"
#include "core/result.h"
#include "dataset/journal.h"
#include "files/file.h"
#include "files/lock_file.h"

namespace albumen {

/// What an earlier run says of a picture.
struct KnownOutput {
  JournalEntry entry;
  /// Whether that run came to its end, where it saw everything onto the disk. Else a power cut may
  /// have spoilt the output: its digest tells.
  bool is_synced = false;
};

/// Open for one run. Any thread.
class DatasetState {
 public:
  /// Makes `directory` and its .albumen-dataset/ when they are missing. A journal's line that
  /// cannot be read is as if it were not there. `earlier` are lines that stand as if before those.
  /// Errors: Unavailable, naming who writes; Io.
  static Result<DatasetState> open(const std::string& directory, const std::string& command,
                                   std::string_view earlier = {});

  DatasetState(DatasetState&&) noexcept;
  DatasetState& operator=(DatasetState&&) = delete;
  DatasetState(const DatasetState&) = delete;
  DatasetState& operator=(const DatasetState&) = delete;
  ~DatasetState();

  /// What an earlier run says of the source `name`; null: nothing.
  [[nodiscard]] const KnownOutput* known(const std::string& name) const;

  /// Whether an earlier run wrote the file `output` (relative to the set, as text).
  [[nodiscard]] bool wrote(const std::string& output) const;

  /// One finished picture. Error: Io.
  Result<void> append(const JournalEntry& entry);

  /// Sees everything in the folder's file system onto the disk, then writes the journal anew with
  /// these entries alone. Error: Io.
  Result<void> finish(const std::vector<JournalEntry>& entries);

 private:
  DatasetState(LockFile lock, std::string path, FileDescriptor file);
  void load(std::string_view text);

  LockFile lock_;
  std::string path_;
  std::map<std::string, KnownOutput> known_;  // by source; constant after `open`
  std::set<std::string> outputs_;
  std::unique_ptr<Mutex> mutex_;
  FileDescriptor file_;
};

}  // namespace albumen
