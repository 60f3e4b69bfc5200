// SPDX-License-Identifier: Apache-2.0
// Rows of numbers in governed memory: grows by chunks, so that adding a row never moves another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "core/result.h"
#include "govern/byte_buffer.h"

namespace albumen::people {

/// `count()` rows of `stride` values, each row 64-byte aligned and zero when new. One thread
/// writes; readers may share it while nobody adds.
template <class Value>
class RowPool {
 public:
  /// Row lengths are rounded up to this many bytes (an AVX-512 vector); the tail stays zero.
  static constexpr std::size_t kRowAlignment = kBufferAlignment;

  RowPool() = default;

  /// REQUIRES: budget outlives the pool.
  RowPool(std::size_t dimension, Budget* budget)
      : stride_((dimension * sizeof(Value) + kRowAlignment - 1) / kRowAlignment * kRowAlignment /
                sizeof(Value)),
        budget_(budget) {}

  /// Adds one zero row and gives its index. Error: BudgetExceeded.
  Result<std::uint32_t> add() {
    if (!free_.empty()) {
      const std::uint32_t index = free_.back();
      free_.pop_back();
      std::memset(row(index).data(), 0, stride_ * sizeof(Value));
      return index;
    }
    if ((count_ & kChunkMask) == 0) {
      TRY(grow());
    }
    return count_++;
  }

  /// `index` may be given out again.
  void release(std::uint32_t index) { free_.push_back(index); }

  [[nodiscard]] std::span<Value> row(std::uint32_t index) {
    return {chunk(index) + (index & kChunkMask) * stride_, stride_};
  }

  [[nodiscard]] std::span<const Value> row(std::uint32_t index) const {
    return {chunk(index) + (index & kChunkMask) * stride_, stride_};
  }

  [[nodiscard]] std::uint32_t count() const { return count_; }

  [[nodiscard]] std::size_t stride() const { return stride_; }

  /// Rows lie contiguously from a multiple of this to the next.
  static constexpr std::uint32_t kChunkRows = 1024;

 private:
  static constexpr std::uint32_t kChunkMask = kChunkRows - 1;

  // ByteBuffer starts at a multiple of kBufferAlignment, so it is aligned for any Value.
  Value* chunk(std::uint32_t index) const { return chunks_[index / kChunkRows].values; }

  Result<void> grow() {
    const std::size_t size = std::size_t{kChunkRows} * stride_ * sizeof(Value);
    Reservation reservation = TRY(budget_->try_reserve(MemoryTag::kVectors, Bytes{size}));
    ByteBuffer buffer = TRY(ByteBuffer::allocate(reservation, MemoryTag::kVectors, size));
    std::memset(buffer.data(), 0, size);
    void* const start = buffer.data();
    chunks_.push_back({std::move(buffer), static_cast<Value*>(start)});
    return {};
  }

  struct Chunk {
    ByteBuffer buffer;
    Value* values;  // into `buffer`
  };

  std::size_t stride_ = 0;
  Budget* budget_ = nullptr;
  std::uint32_t count_ = 0;
  std::vector<Chunk> chunks_;
  std::vector<std::uint32_t> free_;
};

}  // namespace albumen::people
