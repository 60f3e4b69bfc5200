// SPDX-License-Identifier: Apache-2.0
// What a neighbour search finds, however much that is. Tested by pair_scan_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <vector>

#include "core/result.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"

namespace albumen::people {

/// Two rows and their product.
struct PairHit {
  std::uint32_t row;
  std::uint32_t column;
  std::int32_t dot;
};

/// Hits in chunks of governed memory, in no particular order.
class HitList {
 public:
  explicit HitList(Budget* budget) : budget_(budget) {}

  Result<void> add(const PairHit& hit) {
    if (chunks_.empty() || chunks_.back().used == kChunkHits) [[unlikely]] {
      TRY(grow());
    }
    Chunk& chunk = chunks_.back();
    std::memcpy(chunk.buffer.data() + chunk.used * sizeof(PairHit), &hit, sizeof(PairHit));
    ++chunk.used;
    ++size_;
    return {};
  }

  void append(HitList&& other);

  [[nodiscard]] std::size_t size() const { return size_; }

  void for_each(const std::function<void(std::span<const PairHit>)>& visit) const;

 private:
  static constexpr std::size_t kChunkHits = 8192;

  struct Chunk {
    ByteBuffer buffer;
    std::size_t used = 0;
  };

  Result<void> grow();

  Budget* budget_;
  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
};

}  // namespace albumen::people
