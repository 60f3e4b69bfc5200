// SPDX-License-Identifier: Apache-2.0
// Exact neighbour search by brute force: all pairs of rows whose dot product reaches a limit. No
// index structure beats it at 128 dimensions and exactness, and it needs no n x n matrix: tiles of
// rows are multiplied in registers and only the hits are kept. Tested by pair_scan_test.cpp
// against three nested loops, on every SIMD target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/result.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"
#include "people/internal/fixed_point.h"

namespace albumen::people {

/// One pair: column < row.
struct PairHit {
  std::uint32_t row;
  std::uint32_t column;
  std::int32_t dot;
};

/// Hits in chunks of governed memory, in no particular order.
class HitList {
 public:
  explicit HitList(Budget* budget) : budget_(budget) {}

  Result<void> add(const PairHit& hit);
  void append(HitList&& other);

  [[nodiscard]] std::size_t size() const { return size_; }

  void for_each(const std::function<void(std::span<const PairHit>)>& visit) const;

 private:
  static constexpr std::size_t kChunkHits = 8192;

  struct Chunk {
    ByteBuffer buffer;
    std::size_t used = 0;
  };

  Budget* budget_;
  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
};

/// All pairs (row, column) with first_row <= row, column < row and dot >= least_dot.
/// REQUIRES: least_dot > 0. Errors: BudgetExceeded when the hits do not fit, Cancelled.
Result<HitList> scan_pairs(const FixedRows& rows, std::uint32_t first_row, std::int32_t least_dot,
                           const GroupingResources& resources);

/// Sum of a[i] * b[i], exact. The spans are whole rows of a RowPool, of equal dimension.
std::int64_t dot(std::span<const std::int16_t> a, std::span<const std::int16_t> b);
std::int64_t dot(std::span<const std::int32_t> a, std::span<const std::int16_t> b);
std::int64_t dot(std::span<const std::int32_t> a, std::span<const std::int32_t> b);

}  // namespace albumen::people
