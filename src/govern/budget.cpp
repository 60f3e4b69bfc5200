// SPDX-License-Identifier: Apache-2.0
#include "govern/budget.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <fmt/core.h>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "core/error.h"
#include "core/mutex.h"
#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"
#include "govern/internal/spare_mappings.h"

namespace albumen {
namespace {

std::unexpected<Error> exceeds_budget(Bytes size, Bytes limit) {
  return fail(ErrorCode::kBudgetExceeded,
              fmt::format("needs {}, the memory budget is {}", to_string(size), to_string(limit)));
}

// A few pictures' buffers: more would not be used again soon.
constexpr Bytes kMostSpare = kMiB * 32;

std::size_t index_of(MemoryTag tag) { return static_cast<std::size_t>(tag); }

}  // namespace

std::string_view name_of(MemoryTag tag) {
  constexpr std::array<std::string_view, kMemoryTagCount> kNames{"encoded", "pixels",  "tensor",
                                                                 "vectors", "archive", "other"};
  return kNames.at(index_of(tag));
}

Reservation::Reservation(Budget* budget, MemoryTag tag, Bytes size)
    : budget_(budget), tag_(tag), size_(size) {}

Reservation::Reservation(Reservation&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)),
      tag_(other.tag_),
      size_(std::exchange(other.size_, Bytes{})) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  if (this != &other) {
    shrink_to(Bytes{});
    budget_ = std::exchange(other.budget_, nullptr);
    tag_ = other.tag_;
    size_ = std::exchange(other.size_, Bytes{});
  }
  return *this;
}

Reservation::~Reservation() { shrink_to(Bytes{}); }

internal::Mapping Reservation::take_mapping(std::size_t size) const {
  const internal::Mapping kept = budget_->spare_->take(size);
  if (kept.data != nullptr) {
    return kept;
  }
  return internal::map_memory(size);
}

void Reservation::give_mapping(internal::Mapping mapping) const noexcept {
  budget_->spare_->give(mapping);
}

void Reservation::shrink_to(Bytes size) {
  if (budget_ == nullptr || size >= size_) {
    return;
  }
  budget_->give_back(tag_, size_ - size);
  size_ = size;
}

Result<Reservation> Reservation::split(MemoryTag tag, Bytes part) {
  if (part > size_) {
    return fail(ErrorCode::kInternal,
                fmt::format("a buffer of {} does not fit the {} left of its job's reservation",
                            to_string(part), to_string(size_)));
  }
  size_ -= part;
  if (budget_ != nullptr) {
    budget_->retag(tag_, tag, part);
  }
  return Reservation{budget_, tag, part};
}

void Reservation::merge(Reservation&& other) {
  if (other.budget_ == nullptr) {
    return;
  }
  if (budget_ == nullptr) {
    *this = std::move(other);
    return;
  }
  ALBUMEN_DCHECK(budget_ == other.budget_);
  budget_->retag(other.tag_, tag_, other.size_);
  size_ += std::exchange(other.size_, Bytes{});
  other.budget_ = nullptr;
}

Budget::Budget(Bytes limit)
    : limit_(limit),
      spare_(std::make_unique<internal::SpareMappings>(std::min(limit / 8, kMostSpare).count())) {}

Budget::~Budget() { ALBUMEN_DCHECK(used() == Bytes{}); }

bool Budget::fits(Bytes size) const { return size <= limit_ - used_; }

Reservation Budget::take(MemoryTag tag, Bytes size) {
  used_ += size;
  used_by_tag_.at(index_of(tag)) += size;
  peak_ = std::max(peak_, used_);
  for (Bytes& most : watched_) {
    most = std::max(most, used_);
  }
  // What is kept may not add to what is reserved, all of which may come to be used: not only by
  // buffers, but by codecs and other processes.
  if (used_ + Bytes{spare_->bytes()} > limit_) {
    spare_->unmap_all();
  }
  return Reservation{this, tag, size};
}

Result<void> Budget::check_injected_failure() {
  if (fail_in_ == 0) {
    return {};
  }
  --fail_in_;
  if (fail_in_ == 0) {
    return fail(ErrorCode::kBudgetExceeded, "reservation refused as a test asked");
  }
  return {};
}

Result<Reservation> Budget::reserve(MemoryTag tag, Bytes size, const StopToken& stop) {
  if (size > limit_) {
    return exceeds_budget(size, limit_);
  }
  const MutexLock lock{mutex_};
  TRY(check_injected_failure());
  const auto self = waiters_.insert(waiters_.end(), Waiter{size});
  while (self != waiters_.begin() || !fits(size)) {
    if (!changed_.wait(mutex_, stop)) {
      waiters_.erase(self);
      changed_.notify_all();
      return fail(ErrorCode::kCancelled, "stopped while waiting for memory");
    }
  }
  waiters_.erase(self);
  changed_.notify_all();
  return take(tag, size);
}

Result<Reservation> Budget::try_reserve(MemoryTag tag, Bytes size) {
  const MutexLock lock{mutex_};
  TRY(check_injected_failure());
  if (!waiters_.empty() || !fits(size)) {
    return exceeds_budget(size, limit_ - used_);
  }
  return take(tag, size);
}

Bytes Budget::used() const {
  const MutexLock lock{mutex_};
  return used_;
}

PeakWatch::PeakWatch(Budget& budget) : budget_(budget) {
  const MutexLock lock{budget_.mutex_};
  place_ = budget_.watched_.insert(budget_.watched_.end(), budget_.used_);
}

PeakWatch::~PeakWatch() {
  const MutexLock lock{budget_.mutex_};
  budget_.watched_.erase(place_);
}

Bytes PeakWatch::peak() const {
  const MutexLock lock{budget_.mutex_};
  return *place_;
}

Bytes Budget::peak() const {
  const MutexLock lock{mutex_};
  return peak_;
}

Bytes Budget::used(MemoryTag tag) const {
  const MutexLock lock{mutex_};
  return used_by_tag_.at(index_of(tag));
}

bool Budget::someone_waits() const {
  const MutexLock lock{mutex_};
  return !waiters_.empty();
}

void Budget::fail_nth_for_testing(std::uint64_t n) {
  const MutexLock lock{mutex_};
  fail_in_ = n;
}

void Budget::give_back(MemoryTag tag, Bytes size) {
  const MutexLock lock{mutex_};
  used_ -= size;
  used_by_tag_.at(index_of(tag)) -= size;
  changed_.notify_all();
}

void Budget::retag(MemoryTag from, MemoryTag to, Bytes size) {
  const MutexLock lock{mutex_};
  used_by_tag_.at(index_of(from)) -= size;
  used_by_tag_.at(index_of(to)) += size;
}

}  // namespace albumen
