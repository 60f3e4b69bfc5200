// SPDX-License-Identifier: Apache-2.0
// Heap memory of third-party codecs, counted and capped. Their allocator hooks carry no user
// pointer, so the meter in force belongs to the thread that runs the codec.
#pragma once

#include <cstddef>

#include "core/units.h"

namespace albumen {

/// While it lives, the functions below count this thread's allocations against `limit` and return
/// null beyond it. Meters nest; each thread has its own.
class HeapMeter {
 public:
  explicit HeapMeter(Bytes limit);
  ~HeapMeter();
  HeapMeter(const HeapMeter&) = delete;
  HeapMeter& operator=(const HeapMeter&) = delete;

  /// Most bytes in use at once so far, with the heap's rounding.
  [[nodiscard]] Bytes peak() const { return Bytes{peak_}; }

  /// An allocation was refused: a codec's failure means BudgetExceeded.
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  friend void* metered_malloc(std::size_t size);
  friend void* metered_calloc(std::size_t count, std::size_t size);
  friend void* metered_realloc(void* memory, std::size_t size);
  friend void metered_free(void* memory);

  [[nodiscard]] bool allows(std::size_t size);
  void count(const void* memory);
  void uncount(std::size_t size);

  std::size_t limit_;
  std::size_t used_ = 0;
  std::size_t peak_ = 0;
  bool refused_ = false;
  HeapMeter* outer_;  // outlives this one: meters are scopes
};

/// As malloc, calloc, realloc and free, with the thread's meter where there is one.
void* metered_malloc(std::size_t size);
void* metered_calloc(std::size_t count, std::size_t size);
void* metered_realloc(void* memory, std::size_t size);
void metered_free(void* memory);

}  // namespace albumen
