// SPDX-License-Identifier: Apache-2.0
#include "decode/internal/metered_heap.h"

#include <algorithm>
#include <cstdlib>
#include <malloc.h>

namespace albumen {
namespace {

thread_local HeapMeter* current = nullptr;

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-owning-memory,cppcoreguidelines-no-malloc): these are allocators.

HeapMeter::HeapMeter(Bytes limit) : limit_(limit.count()), outer_(current) { current = this; }

HeapMeter::~HeapMeter() { current = outer_; }

bool HeapMeter::allows(std::size_t size) {
  const bool fits = size <= limit_ - std::min(used_, limit_);
  refused_ = refused_ || !fits;
  return fits;
}

void HeapMeter::count(const void* memory) {
  used_ += ::malloc_usable_size(const_cast<void*>(memory));  // NOLINT: it only reads
  peak_ = std::max(peak_, used_);
}

// What was allocated before the meter began may be freed under it.
void HeapMeter::uncount(std::size_t size) { used_ -= std::min(used_, size); }

void* metered_malloc(std::size_t size) {
  if (current == nullptr) {
    return std::malloc(size);
  }
  void* const memory = current->allows(size) ? std::malloc(size) : nullptr;
  current->count(memory);
  return memory;
}

void* metered_calloc(std::size_t count, std::size_t size) {
  std::size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) {
    return nullptr;
  }
  if (current == nullptr) {
    return std::calloc(count, size);
  }
  void* const memory = current->allows(total) ? std::calloc(count, size) : nullptr;
  current->count(memory);
  return memory;
}

void* metered_realloc(void* memory, std::size_t size) {
  if (current == nullptr) {
    return std::realloc(memory, size);
  }
  // Both blocks may exist for a moment.
  const std::size_t before = ::malloc_usable_size(memory);
  if (!current->allows(size)) {
    return nullptr;
  }
  void* const moved = std::realloc(memory, size);
  if (moved != nullptr || size == 0) {
    current->count(moved);
    current->uncount(before);
  }
  return moved;
}

void metered_free(void* memory) {
  if (current != nullptr) {
    current->uncount(::malloc_usable_size(memory));
  }
  std::free(memory);
}

// NOLINTEND(cppcoreguidelines-owning-memory,cppcoreguidelines-no-malloc)

}  // namespace albumen
