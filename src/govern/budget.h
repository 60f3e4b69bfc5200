// SPDX-License-Identifier: Apache-2.0
// The memory budget: every big buffer is paid for before it is allocated. A job reserves its whole
// predicted peak once and shrinks it stage by stage; whoever holds a reservation never waits for
// another one, so there is no deadlock. Tested by budget_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <memory>
#include <string_view>

#include "core/mutex.h"
#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"

namespace albumen {

namespace internal {
struct Mapping;
class SpareMappings;
}  // namespace internal

/// What memory is used for; statistics are kept per tag.
enum class MemoryTag : std::uint8_t { kEncoded, kPixels, kTensor, kVectors, kArchive, kOther };

inline constexpr std::size_t kMemoryTagCount = 6;

std::string_view name_of(MemoryTag tag);

class Budget;

/// A part of the budget, given back by the destructor. Move-only; an empty one holds nothing.
/// Not locked: one thread at a time, but it may be handed from thread to thread.
class Reservation {
 public:
  Reservation() = default;
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;
  ~Reservation();

  [[nodiscard]] Bytes size() const { return size_; }

  [[nodiscard]] MemoryTag tag() const { return tag_; }

  /// Gives back all above `size`. Growing is impossible by design.
  void shrink_to(Bytes size);

  /// Moves `part` of it into a new reservation under `tag`, so that a buffer made from a job's
  /// reservation carries its own share. Error: Internal when `part` exceeds what is left: the
  /// prediction of the job's peak was wrong.
  Result<Reservation> split(MemoryTag tag, Bytes part);

  /// Takes over all of `other` (same budget, or one of the two empty).
  void merge(Reservation&& other);

 private:
  friend class Budget;
  friend class ByteBuffer;
  // A mapping for a buffer that this reservation pays for, and back.
  [[nodiscard]] internal::Mapping take_mapping(std::size_t size) const;
  void give_mapping(internal::Mapping mapping) const noexcept;

  Reservation(Budget* budget, MemoryTag tag, Bytes size);

  Budget* budget_ = nullptr;  // outlives every reservation made from it
  MemoryTag tag_ = MemoryTag::kOther;
  Bytes size_;
};

/// The one ledger of a run. Internally locked. Keeps some memory that was given back for the next
/// buffers, an eighth of the limit and 32 MiB at most, and none beside reservations that together
/// fill the limit. Requests are served in order of arrival: a large
/// request at the head blocks later small ones, so large jobs do not starve.
class Budget {
 public:
  explicit Budget(Bytes limit);
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;
  ~Budget();

  /// Waits in line until `size` is free. Errors: BudgetExceeded at once when `size` exceeds the
  /// whole budget; Cancelled when stopped while waiting.
  /// REQUIRES: the calling job holds no other reservation of this budget.
  Result<Reservation> reserve(MemoryTag tag, Bytes size, const StopToken& stop);

  /// Without waiting, and only if nobody waits: BudgetExceeded otherwise. For look-ahead.
  Result<Reservation> try_reserve(MemoryTag tag, Bytes size);

  [[nodiscard]] Bytes limit() const { return limit_; }

  [[nodiscard]] Bytes used() const;

  [[nodiscard]] Bytes peak() const;

  [[nodiscard]] Bytes used(MemoryTag tag) const;

  /// True while a request waits: admission is blocked, so batches should be flushed.
  [[nodiscard]] bool someone_waits() const;

  /// Makes the nth reservation from now (1-based) fail with BudgetExceeded. For failure-injection
  /// tests of the callers; 0 switches it off.
  void fail_nth_for_testing(std::uint64_t n);

 private:
  friend class Reservation;
  friend class PeakWatch;

  struct Waiter {
    Bytes size;
  };

  bool fits(Bytes size) const REQUIRES_LOCK(mutex_);
  Reservation take(MemoryTag tag, Bytes size) REQUIRES_LOCK(mutex_);
  Result<void> check_injected_failure() REQUIRES_LOCK(mutex_);
  void give_back(MemoryTag tag, Bytes size);
  void retag(MemoryTag from, MemoryTag to, Bytes size);

  const Bytes limit_;
  const std::unique_ptr<internal::SpareMappings> spare_;
  mutable Mutex mutex_;
  ConditionVariable changed_;
  std::list<Waiter> waiters_ GUARDED_BY(mutex_);
  std::array<Bytes, kMemoryTagCount> used_by_tag_ GUARDED_BY(mutex_);
  Bytes used_ GUARDED_BY(mutex_);
  Bytes peak_ GUARDED_BY(mutex_);
  std::list<Bytes> watched_ GUARDED_BY(mutex_);  // most since each watch began
  std::uint64_t fail_in_ GUARDED_BY(mutex_) = 0;
};

/// The most that is reserved of a budget, by anybody, while it lives. Any thread.
class PeakWatch {
 public:
  /// `budget` outlives the watch.
  explicit PeakWatch(Budget& budget);
  ~PeakWatch();
  PeakWatch(const PeakWatch&) = delete;
  PeakWatch& operator=(const PeakWatch&) = delete;

  [[nodiscard]] Bytes peak() const;

 private:
  Budget& budget_;
  std::list<Bytes>::iterator place_;
};

}  // namespace albumen
