// SPDX-License-Identifier: Apache-2.0
#include "library/internal/commit_queue.h"

#include <ctime>
#include <exception>
#include <string>
#include <utility>

namespace albumen::store {
namespace {

// A crash of the machine loses at most this much of the past (a crash of the process loses what
// was not committed); larger groups measured no faster.
constexpr std::size_t kRowsPerGroup = 1000;
constexpr std::chrono::milliseconds kGroupAge{200};

// The queue's bounds. Pictures come at tens to hundreds a second, so it is nearly always empty;
// the byte bound is part of the fixed overhead of the process.
constexpr std::size_t kQueuedItems = 4096;
constexpr std::size_t kQueuedBytes = std::size_t{8} << 20U;

std::size_t bytes_of(const Finding& finding) {
  const auto* faces = std::get_if<Faces>(&finding);
  if (faces == nullptr) {
    return sizeof(Finding);
  }
  std::size_t bytes = sizeof(Finding);
  for (const Face& face : faces->faces) {
    bytes += sizeof(Face) + face.vector.size() * sizeof(float);
  }
  return bytes;
}

std::size_t bytes_of(const PictureResult& result) {
  std::size_t bytes = sizeof(PictureResult) + result.file.path.size() + result.file.member.size();
  for (const auto& [analyzer, finding] : result.findings) {
    bytes += sizeof(AnalyzerId) + analyzer.parameters.size() + bytes_of(finding);
  }
  for (const Failure& failure : result.failures) {
    bytes += sizeof(Failure) + failure.reason.size();
  }
  return bytes;
}

std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

}  // namespace

WorkClock::WorkClock() : since_(Clock::now()), lap_cpu_(thread_cpu_time()) {}

void WorkClock::pause() { worked_ += Clock::now() - since_; }

void WorkClock::resume() { since_ = Clock::now(); }

WorkClock::Lap WorkClock::lap() {
  const Clock::time_point now = Clock::now();
  const std::chrono::nanoseconds cpu = thread_cpu_time();  // a pause takes next to none
  const Lap lap{.wall = worked_ + (now - since_), .cpu = cpu - lap_cpu_};
  since_ = now;
  worked_ = {};
  lap_cpu_ = cpu;
  return lap;
}

CommitQueue::CommitQueue(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)), writer_(*connection_), thread_([this] { work(); }) {}

CommitQueue::~CommitQueue() {
  {
    const MutexLock lock{mutex_};
    closing_ = true;
  }
  work_came_.notify_all();
  thread_.join();
}

Result<void> CommitQueue::push(PictureResult result) {
  make_storable(result);
  const std::size_t bytes = bytes_of(result);
  {
    const MutexLock lock{mutex_};
    while (!error_ && !items_.empty() &&
           (items_.size() >= kQueuedItems || queued_bytes_ + bytes > kQueuedBytes)) {
      work_done_.wait(mutex_);
    }
    if (error_) {
      return std::unexpected(*error_);
    }
    queued_bytes_ += bytes;
    items_.emplace_back(Pending{.result = std::move(result), .bytes = bytes});
  }
  work_came_.notify_one();
  return {};
}

Result<void> CommitQueue::run(const Job& job) {
  Order order{.job = &job, .outcome = std::nullopt};
  const MutexLock lock{mutex_};
  if (error_) {
    return std::unexpected(*error_);
  }
  items_.emplace_back(&order);
  work_came_.notify_one();
  while (!order.outcome) {
    work_done_.wait(mutex_);
  }
  return *std::move(order.outcome);
}

bool CommitQueue::take_items(std::deque<Item>& items) {
  const MutexLock lock{mutex_};
  clock_->pause();
  while (items_.empty() && !closing_) {
    if (!group_) {
      work_came_.wait(mutex_);
    } else if (!work_came_.wait_until(mutex_, group_since_ + kGroupAge)) {
      break;  // the group has come of age
    }
  }
  clock_->resume();
  items = std::exchange(items_, {});
  queued_bytes_ = 0;
  work_done_.notify_all();
  return !items.empty() || !closing_;
}

void CommitQueue::work() {
  clock_.emplace();
  std::deque<Item> items;
  while (take_items(items)) {
    for (Item& item : items) {
      handle(item);
    }
    items.clear();
    if (group_is_due()) {
      static_cast<void>(commit_group());  // its error is kept for the next caller
    }
  }
  static_cast<void>(commit_group());
}

void CommitQueue::handle(Item& item) {
  // The top of this thread's tasks: what a failing allocation throws ends here.
  auto* const* order = std::get_if<Order*>(&item);
  try {
    if (order != nullptr) {
      auto outcome = run_job(*(*order)->job);
      finish(**order, std::move(outcome));
    } else {
      write(std::get<Pending>(item));
    }
  } catch (const std::exception& exception) {
    Error error{.code = ErrorCode::kInternal,
                .message = std::string{"writing to the library: "} + exception.what()};
    if (order != nullptr) {
      finish(**order, std::unexpected(error));
    }
    fail_for_ever(std::move(error));
  }
}

void CommitQueue::write(const Pending& pending) {
  if (failure()) {
    return;
  }
  if (!group_) {
    auto transaction = Transaction::begin(*connection_);
    if (!transaction) {
      return fail_for_ever(std::move(transaction).error());
    }
    group_.emplace(*std::move(transaction));
    group_rows_ = 0;
    group_since_ = Clock::now();
  }
  const auto rows = writer_.write(pending.result);
  if (!rows) {
    return fail_for_ever(rows.error());
  }
  group_rows_ += *rows;
  ++cost_.results;
  cost_.bytes += pending.bytes;
  if (group_is_due()) {
    static_cast<void>(commit_group());
  }
}

void CommitQueue::finish(Order& order, Result<void> outcome) {
  {
    const MutexLock lock{mutex_};
    order.outcome = std::move(outcome);
  }
  // The caller's frame, and `order` with it, may be gone from here on.
  work_done_.notify_all();
}

Result<void> CommitQueue::run_job(const Job& job) {
  TRY(commit_group());
  if (!job) {
    return {};
  }
  auto transaction = TRY(Transaction::begin(*connection_));
  auto outcome = job(writer_);
  if (outcome) {
    outcome = commit(transaction);
  }
  if (!outcome) {
    writer_.forget_keys();
  }
  return outcome;
}

Result<void> CommitQueue::commit_group() {
  if (group_) {
    auto committed = commit(*group_);
    if (!committed) {
      fail_for_ever(std::move(committed).error());
    }
    group_.reset();
  }
  if (auto error = failure()) {
    return std::unexpected(*std::move(error));
  }
  return {};
}

Result<void> CommitQueue::commit(Transaction& transaction) {
  {
    const MutexLock lock{mutex_};
    const bool is_this_one = fail_in_ == 1;
    fail_in_ -= fail_in_ > 0 ? 1 : 0;
    if (is_this_one) {
      return fail(ErrorCode::kStoreFailed,
                  connection_->name() + ": writing failed as a test asked");
    }
  }
  TRY(transaction.commit());
  tell_cost();
  return {};
}

void CommitQueue::tell_cost() {
  CommitCost cost = std::exchange(cost_, {});
  const WorkClock::Lap lap = clock_->lap();
  cost.wall = lap.wall;
  cost.cpu = lap.cpu;
  const MutexLock lock{listener_mutex_};
  if (!listener_) {
    return;
  }
  try {
    listener_(cost);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
    // A number less: what was committed is committed.
  }
}

void CommitQueue::on_commit(CommitListener listener) {
  const MutexLock lock{listener_mutex_};
  listener_ = std::move(listener);
}

void CommitQueue::fail_nth_for_testing(std::uint64_t n) {
  const MutexLock lock{mutex_};
  fail_in_ = n;
}

bool CommitQueue::group_is_due() const {
  return group_ && (group_rows_ >= kRowsPerGroup || Clock::now() >= group_since_ + kGroupAge);
}

void CommitQueue::fail_for_ever(Error error) {
  group_.reset();  // rolls back
  writer_.forget_keys();
  {
    const MutexLock lock{mutex_};
    if (!error_) {
      error_ = std::move(error).with_context("the last results were not stored");
    }
  }
  work_done_.notify_all();
}

std::optional<Error> CommitQueue::failure() const {
  const MutexLock lock{mutex_};
  return error_;
}

}  // namespace albumen::store
