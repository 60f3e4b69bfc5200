// SPDX-License-Identifier: Apache-2.0
#include "people/internal/hit_list.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace albumen::people {

Result<void> HitList::grow() {
  constexpr std::size_t kSize = kChunkHits * sizeof(PairHit);
  Result<Reservation> job = budget_->try_reserve(MemoryTag::kVectors, Bytes{kSize});
  if (!job.has_value()) {
    return std::unexpected(
        std::move(job).error().with_context("faces have too many close neighbours"));
  }
  chunks_.push_back({.buffer = TRY(ByteBuffer::allocate(*job, MemoryTag::kVectors, kSize))});
  return {};
}

void HitList::append(HitList&& other) {
  size_ += std::exchange(other.size_, 0);
  std::ranges::move(other.chunks_, std::back_inserter(chunks_));
  other.chunks_.clear();
  // The last chunk need not be full: `add` looks at the last only, so the order does not matter.
}

void HitList::for_each(const std::function<void(std::span<const PairHit>)>& visit) const {
  for (const Chunk& chunk : chunks_) {
    const void* const start = chunk.buffer.data();
    visit({static_cast<const PairHit*>(start), chunk.used});
  }
}

}  // namespace albumen::people
