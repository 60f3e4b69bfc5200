// SPDX-License-Identifier: Apache-2.0
#include "govern/testing/heap_peak.h"

#include <algorithm>
#include <cstdlib>
#include <malloc.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define ALBUMEN_COUNTS_HEAP 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ALBUMEN_COUNTS_HEAP 0
#else
#define ALBUMEN_COUNTS_HEAP 1
#endif
#else
#define ALBUMEN_COUNTS_HEAP 1
#endif

namespace {

// Plain and constant-initialised: malloc runs before any constructor.
thread_local bool counting = false;
thread_local long used = 0;
thread_local long peak = 0;

}  // namespace

#if ALBUMEN_COUNTS_HEAP

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* memory, std::size_t size);
void __libc_free(void* memory);

static void count(void* memory) {
  if (counting && memory != nullptr) {
    used += static_cast<long>(malloc_usable_size(memory));
    peak = std::max(peak, used);
  }
}

static void uncount(void* memory) {
  if (counting && memory != nullptr) {
    used -= static_cast<long>(malloc_usable_size(memory));
  }
}

void* malloc(std::size_t size) {
  void* const memory = __libc_malloc(size);
  count(memory);
  return memory;
}

void* calloc(std::size_t number, std::size_t size) {
  void* const memory = __libc_calloc(number, size);
  count(memory);
  return memory;
}

void* realloc(void* memory, std::size_t size) {
  uncount(memory);
  void* const moved = __libc_realloc(memory, size);
  count(moved);
  return moved;
}

void free(void* memory) {
  uncount(memory);
  __libc_free(memory);
}
}

#endif

namespace albumen::testing {

HeapPeak::HeapPeak() {
  used = 0;
  peak = 0;
  counting = true;
}

HeapPeak::~HeapPeak() { counting = false; }

bool HeapPeak::works() { return ALBUMEN_COUNTS_HEAP != 0; }

std::size_t HeapPeak::peak_bytes() const { return static_cast<std::size_t>(peak); }

}  // namespace albumen::testing
