// SPDX-License-Identifier: Apache-2.0
// The one writing thread of a library: results queue up, are written in groups, and a group is
// committed after 1000 rows or 200 ms, whichever comes first. Other writes run between groups, in
// their place in the queue. Tested by library_writer_test.cpp, through the writer.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "core/mutex.h"
#include "core/result.h"
#include "library/internal/database.h"
#include "library/internal/row_writer.h"
#include "library/library_writer.h"
#include "library/rows.h"

namespace albumen::store {

/// How long a thread was at work, without its pauses. Of that thread alone; begins at work.
class WorkClock {
 public:
  WorkClock();

  void pause();
  void resume();

  struct Lap {
    std::chrono::nanoseconds wall{0};
    std::chrono::nanoseconds cpu{0};
  };

  /// What was worked since the lap before. REQUIRES: no pause now.
  Lap lap();

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point since_;
  Clock::duration worked_{0};  // of this lap, up to since_
  std::chrono::nanoseconds lap_cpu_;
};

/// Internally locked; any thread may call any function.
class CommitQueue {
 public:
  using Job = std::function<Result<void>(RowWriter&)>;

  explicit CommitQueue(std::unique_ptr<Connection> connection);
  CommitQueue(const CommitQueue&) = delete;
  CommitQueue& operator=(const CommitQueue&) = delete;
  /// Writes and commits what is queued, then ends the thread.
  ~CommitQueue();

  /// Queues `result`; waits while the queue is full. Error: that of an earlier group, which was
  /// lost whole; from then on the queue takes nothing more.
  Result<void> push(PictureResult result);

  /// Commits all that was queued before, then runs `job`, if any, in a transaction of its own and
  /// waits for its end. An error of the job undoes the job alone.
  Result<void> run(const Job& job);

  // As LibraryWriter's.
  void on_commit(CommitListener listener);
  void fail_nth_for_testing(std::uint64_t n);

 private:
  struct Order {
    const Job* job;  // of the waiting caller
    std::optional<Result<void>> outcome;
  };

  struct Pending {
    PictureResult result;
    std::size_t bytes = 0;
  };

  using Item = std::variant<Pending, Order*>;
  using Clock = std::chrono::steady_clock;

  void work();
  bool take_items(std::deque<Item>& items);
  void handle(Item& item);
  void write(const Pending& pending);
  void finish(Order& order, Result<void> outcome);
  Result<void> run_job(const Job& job);
  Result<void> commit_group();
  Result<void> commit(Transaction& transaction);
  void tell_cost();
  bool group_is_due() const;
  void fail_for_ever(Error error);
  std::optional<Error> failure() const;

  // Of the writing thread alone, once it runs.
  std::unique_ptr<Connection> connection_;
  RowWriter writer_;
  std::optional<Transaction> group_;
  std::size_t group_rows_ = 0;
  Clock::time_point group_since_;
  CommitCost cost_;                 // of the next commit, but for its times
  std::optional<WorkClock> clock_;  // made by the thread

  mutable Mutex mutex_;
  ConditionVariable work_came_;
  ConditionVariable work_done_;
  std::deque<Item> items_ GUARDED_BY(mutex_);
  std::size_t queued_bytes_ GUARDED_BY(mutex_) = 0;
  bool closing_ GUARDED_BY(mutex_) = false;
  std::optional<Error> error_ GUARDED_BY(mutex_);
  std::uint64_t fail_in_ GUARDED_BY(mutex_) = 0;

  Mutex listener_mutex_;  // held while the listener is called; never with the other
  CommitListener listener_ GUARDED_BY(listener_mutex_);

  std::thread thread_;  // last: starts when all the rest is there
};

}  // namespace albumen::store
