// SPDX-License-Identifier: Apache-2.0
// The arrow between two stages: a queue that makes the faster side wait. Internally locked.
// Tested by bounded_queue_test.cpp.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "core/mutex.h"
#include "core/stop.h"

namespace albumen {

template <class T>
class BoundedQueue {
 public:
  /// REQUIRES: capacity > 0.
  explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

  /// Waits for room. False, with `item` dropped, once a stop is requested or the queue is closed.
  bool push(T item, const StopToken& stop) {
    const MutexLock lock{mutex_};
    while (items_.size() >= capacity_ && !closed_) {
      if (!changed_.wait(mutex_, stop)) {
        return false;
      }
    }
    if (closed_) {
      return false;
    }
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  /// Waits for an item. Nothing once the queue is closed and empty, or a stop is requested.
  std::optional<T> pop(const StopToken& stop) {
    const MutexLock lock{mutex_};
    while (items_.empty() && !closed_) {
      if (!changed_.wait(mutex_, stop)) {
        return std::nullopt;
      }
    }
    if (items_.empty() || stop.stop_requested()) {
      return std::nullopt;
    }
    std::optional<T> item{std::move(items_.front())};
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

  /// No more items will come; what is queued is still handed out.
  void close() {
    const MutexLock lock{mutex_};
    closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t capacity_;
  Mutex mutex_;
  ConditionVariable changed_;
  std::deque<T> items_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace albumen
