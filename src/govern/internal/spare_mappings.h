// SPDX-License-Identifier: Apache-2.0
// Mappings that buffers gave back and the next buffers may take. Pictures of one collection need
// buffers of the same sizes again and again; asking the system each time costs a zeroed page for
// every 4 KiB and an interruption of all other processors (3 ms of a 12 MP photograph's 50).
// Tested by spare_mappings_test.cpp.
#pragma once

#include <cstddef>
#include <vector>

#include "core/mutex.h"

namespace albumen::internal {

/// Memory straight from the system. Owned by whoever holds it.
struct Mapping {
  std::byte* data = nullptr;  ///< null: the system has none
  std::size_t size = 0;       ///< whole pages
};

/// Fresh, zeroed, of at least `size` bytes.
Mapping map_memory(std::size_t size);

void unmap(Mapping mapping) noexcept;

/// Internally locked.
class SpareMappings {
 public:
  /// Keeps `most` bytes at most.
  explicit SpareMappings(std::size_t most) : most_(most) {}

  SpareMappings(const SpareMappings&) = delete;
  SpareMappings& operator=(const SpareMappings&) = delete;
  ~SpareMappings();

  /// Of the smallest one with `size` bytes and not more than a quarter beyond as much as holds
  /// them: what nobody paid for goes. Its contents may be anything. Null: there is none.
  Mapping take(std::size_t size);

  /// Keeps it, in place of the oldest ones where there is no room; unmaps what is too large.
  void give(Mapping mapping) noexcept;

  void unmap_all() noexcept;

  [[nodiscard]] std::size_t bytes() const;

 private:
  Mapping take_whole(std::size_t size);

  const std::size_t most_;
  mutable Mutex mutex_;
  std::vector<Mapping> kept_ GUARDED_BY(mutex_);  // oldest first
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace albumen::internal
