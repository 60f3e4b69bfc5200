// SPDX-License-Identifier: Apache-2.0
// A mutex that clang's thread-safety analysis understands (std::mutex of libstdc++ carries no
// attributes). GUARDED_BY on a field, REQUIRES_LOCK on a function; the tidy preset builds with
// -Werror=thread-safety.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#if defined(__clang__)
#define ALBUMEN_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define ALBUMEN_THREAD_ATTRIBUTE(x)
#endif

#define CAPABILITY(name) ALBUMEN_THREAD_ATTRIBUTE(capability(name))
#define SCOPED_CAPABILITY ALBUMEN_THREAD_ATTRIBUTE(scoped_lockable)
#define GUARDED_BY(mutex) ALBUMEN_THREAD_ATTRIBUTE(guarded_by(mutex))
#define REQUIRES_LOCK(...) ALBUMEN_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES_LOCK(...) ALBUMEN_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE_LOCK(...) ALBUMEN_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define RELEASE_LOCK(...) ALBUMEN_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define NO_THREAD_SAFETY_ANALYSIS ALBUMEN_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace albumen {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE_LOCK() { mutex_.lock(); }

  void unlock() RELEASE_LOCK() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE_LOCK(mutex) : mutex_(mutex) { mutex_.lock(); }

  ~MutexLock() RELEASE_LOCK() { mutex_.unlock(); }

  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;  // outlives the lock: a lock lives in one scope
};

/// Waits on a Mutex that the caller holds. Write the loop at the call site, so that the analysis
/// sees the guarded fields: `while (!ready_) { condition.wait(mutex_, stop) ... }`.
class ConditionVariable {
 public:
  void wait(Mutex& mutex) REQUIRES_LOCK(mutex) NO_THREAD_SAFETY_ANALYSIS { condition_.wait(mutex); }

  /// Returns when notified, when a stop is requested, or for no reason; false once stopped.
  bool wait(Mutex& mutex, const std::stop_token& stop)
      REQUIRES_LOCK(mutex) NO_THREAD_SAFETY_ANALYSIS {
    if (stop.stop_requested()) {
      return false;
    }
    bool woken = false;
    // The predicate is true at its second call: one wake-up, then back to the caller's loop.
    condition_.wait(mutex, stop, [&woken] { return std::exchange(woken, true); });
    return !stop.stop_requested();
  }

  /// As above, at most until `deadline`; false on timeout.
  template <class Clock, class Duration>
  bool wait_until(Mutex& mutex, std::chrono::time_point<Clock, Duration> deadline)
      REQUIRES_LOCK(mutex) NO_THREAD_SAFETY_ANALYSIS {
    return condition_.wait_until(mutex, deadline) == std::cv_status::no_timeout;
  }

  void notify_one() { condition_.notify_one(); }

  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable_any condition_;
};

}  // namespace albumen
