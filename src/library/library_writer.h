// SPDX-License-Identifier: Apache-2.0
// All that changes a library. One thread of its own writes; callers queue results and go on.
// Tested by library_writer_test.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/result.h"
#include "library/known_files.h"
#include "library/rows.h"

namespace albumen {

namespace store {
class CommitQueue;
class Connection;
}  // namespace store

/// How many files a scan found gone, and how many were back.
struct ScanOutcome {
  std::int64_t vanished = 0;
  std::int64_t returned = 0;
};

struct PruneOptions {
  /// Also drop findings of analyzers that no run uses any more (older versions, models or
  /// parameters).
  bool superseded_findings = false;
};

struct PruneOutcome {
  std::int64_t files = 0;
  std::int64_t pictures = 0;
};

/// What one transaction took.
struct CommitCost {
  std::uint64_t results = 0;  ///< submitted ones that it holds; the other calls have none
  std::uint64_t bytes = 0;    ///< of these results, as they lay in the queue
  /// Of the writing thread at work since the commit before: not what it waited for results.
  std::chrono::nanoseconds wall{0};
  std::chrono::nanoseconds cpu{0};
};

/// Called by the writing thread, which goes on when it returns. Must not call the writer.
using CommitListener = std::function<void(const CommitCost&)>;

/// Made by Library, which must outlive it. Internally locked.
/// Once a write fails (a full disk), all that was committed stays, what was queued is lost, and
/// every later call gives that same StoreFailed: stop, and open the library again.
class LibraryWriter {
 public:
  /// For Library alone.
  explicit LibraryWriter(std::unique_ptr<store::Connection> connection);
  LibraryWriter(const LibraryWriter&) = delete;
  LibraryWriter& operator=(const LibraryWriter&) = delete;
  /// Commits what is queued; call `flush` first to learn whether that worked.
  ~LibraryWriter();

  /// Queues what a visit of one file gave: replaces what was known of the file (path and member),
  /// adds the findings to those of its picture, and marks the file present. Waits while 4096
  /// results or 8 MiB are queued. Committed within 200 ms or 1000 rows.
  /// Findings with numbers that are not finite become failures of their analyzers.
  Result<void> submit(PictureResult result);

  /// Returns when everything submitted before is committed.
  Result<void> flush();

  // Each of these commits what was submitted before, then makes its change in one transaction.

  /// Starts a run and makes its analyzers the current ones of their names.
  Result<RunId> begin_run(const RunStart& start);

  /// NotFound for a run that was never begun.
  Result<void> finish_run(RunId run, const RunFinish& finish);

  /// Marks what the scan did not find again as missing, and what is back as present.
  /// REQUIRES: `known` was loaded from this library, with no `prune` since.
  Result<ScanOutcome> finish_scan(const KnownFiles& known, const ScanScope& scope);

  /// Drops missing files, pictures without a file, their findings and places in people. Edits stay.
  Result<PruneOutcome> prune(const PruneOptions& options = {});

  /// NotFound when a face does not exist: the grouping was made from other findings. Nothing
  /// changes then.
  Result<void> change_people(const PeopleChange& change);

  /// Adds to the log; `edit.number` is ignored. Returns the number that it got.
  Result<std::int64_t> append_edit(const EditRow& edit);

  /// Tells `listener` of every transaction from now on, once it is committed, instead of the one
  /// before; an empty one ends that. When this returns, the one before is not called any more.
  void on_commit(CommitListener listener);

  /// Makes the nth transaction from now (1-based) fail with StoreFailed when it is committed, as on
  /// a broken disk. For failure-injection tests of the callers; 0 switches it off.
  void fail_nth_for_testing(std::uint64_t n);

 private:
  std::unique_ptr<store::CommitQueue> queue_;
};

}  // namespace albumen
