// SPDX-License-Identifier: Apache-2.0
// What really came from the heap: test programs replace malloc and count. So a prediction is held
// against everything a codec allocates, also what passes by the module's own meters.
#pragma once

#include <cstddef>

namespace albumen::testing {

/// Counts this thread's heap use from its construction on. Buffers from aligned_alloc (ByteBuffer)
/// are not counted: the budget knows them.
class HeapPeak {
 public:
  HeapPeak();
  ~HeapPeak();
  HeapPeak(const HeapPeak&) = delete;
  HeapPeak& operator=(const HeapPeak&) = delete;

  /// False in sanitizer builds, which need malloc for themselves.
  static bool works();

  [[nodiscard]] std::size_t peak_bytes() const;
};

}  // namespace albumen::testing
