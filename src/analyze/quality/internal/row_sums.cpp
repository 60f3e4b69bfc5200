// SPDX-License-Identifier: Apache-2.0
#include "analyze/quality/internal/row_sums.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

// The portable target needs vectors too. Highway avoids its emulated ones on GCC below 12.3 because
// of GCC bug 106322 (a wrong high product); the tests run this target like all others.
#undef HWY_BROKEN_EMU128
#define HWY_BROKEN_EMU128 0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "analyze/quality/internal/row_sums.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once per target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace albumen::internal::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Words = hn::ScalableTag<std::int16_t>;
using Longs = hn::RepartitionToWide<Words>;
using Samples = hn::Rebind<std::uint8_t, Words>;

/// Pixels after which 32-bit sums are emptied: 1020^2 * 1024 < 2^31, a Laplacian being -1020..1020.
constexpr std::size_t kChunk = 1024;

/// Sums of values and of squares, in 32 bits.
struct Moments {
  hn::Vec<Longs> sum0;
  hn::Vec<Longs> sum1;
  hn::Vec<Longs> square0;
  hn::Vec<Longs> square1;

  // Written out, because an implicit one would not carry the target's attributes.
  HWY_INLINE Moments()
      : sum0(hn::Zero(Longs())),
        sum1(hn::Zero(Longs())),
        square0(hn::Zero(Longs())),
        square1(hn::Zero(Longs())) {}

  HWY_INLINE void add(hn::Vec<Words> value) {
    const Longs d;
    sum0 = hn::ReorderWidenMulAccumulate(d, value, hn::Set(Words(), 1), sum0, sum1);
    square0 = hn::ReorderWidenMulAccumulate(d, value, value, square0, square1);
  }

  HWY_INLINE std::int64_t sum() const { return total(hn::Add(sum0, sum1)); }

  HWY_INLINE std::int64_t squares() const { return total(hn::Add(square0, square1)); }

  static HWY_INLINE std::int64_t total(hn::Vec<Longs> lanes) {
    return hn::GetLane(hn::SumOfLanes(Longs(), lanes));
  }
};

HWY_INLINE hn::Vec<Words> load(const std::uint8_t* samples) {
  return hn::PromoteTo(Words(), hn::LoadU(Samples(), samples));
}

void luma_chunk(const std::uint8_t* row, std::size_t count, LumaSums& sums) {
  const Words d;
  const std::size_t lanes = hn::Lanes(d);
  Moments moments;
  auto dark = hn::Zero(d);
  auto bright = hn::Zero(d);
  std::size_t x = 0;
  for (; x + lanes <= count; x += lanes) {
    const auto value = load(row + x);
    moments.add(value);
    dark = hn::Sub(dark, hn::VecFromMask(d, hn::Lt(value, hn::Set(d, kDarkest + 1))));
    bright = hn::Sub(bright, hn::VecFromMask(d, hn::Gt(value, hn::Set(d, kBrightest - 1))));
  }
  Moments counts;
  counts.add(dark);
  Moments bright_counts;
  bright_counts.add(bright);
  sums.sum += moments.sum();
  sums.squares += moments.squares();
  sums.dark += counts.sum();
  sums.bright += bright_counts.sum();
  for (; x < count; ++x) {
    const std::int64_t value = row[x];
    sums.sum += value;
    sums.squares += value * value;
    sums.dark += value <= kDarkest ? 1 : 0;
    sums.bright += value >= kBrightest ? 1 : 0;
  }
}

/// `first` is the first pixel taken, at least 1; every pixel has its right neighbour.
void laplacian_chunk(const ThreeRows& rows, std::size_t first, std::size_t count,
                     LaplacianSums& sums) {
  const std::size_t lanes = hn::Lanes(Words());
  Moments moments;
  const std::size_t end = first + count;
  std::size_t x = first;
  for (; x + lanes <= end; x += lanes) {
    const auto vertical = hn::Add(load(rows.above + x), load(rows.below + x));
    const auto horizontal = hn::Add(load(rows.row + x - 1), load(rows.row + x + 1));
    const auto centre = hn::ShiftLeft<2>(load(rows.row + x));
    moments.add(hn::Sub(hn::Add(vertical, horizontal), centre));
  }
  sums.sum += moments.sum();
  sums.squares += moments.squares();
  for (; x < end; ++x) {
    const std::int64_t value = rows.above[x] + rows.below[x] + rows.row[x - 1] + rows.row[x + 1] -
                               (std::int64_t{4} * rows.row[x]);
    sums.sum += value;
    sums.squares += value * value;
  }
}

void luma_row(std::span<const std::uint8_t> row, LumaSums& sums) {
  for (std::size_t x = 0; x < row.size(); x += kChunk) {
    luma_chunk(row.data() + x, std::min(kChunk, row.size() - x), sums);
  }
}

void laplacian_row(const ThreeRows& rows, LaplacianSums& sums) {
  for (std::size_t x = 1; x + 1 < rows.width; x += kChunk) {
    laplacian_chunk(rows, x, std::min(kChunk, rows.width - 1 - x), sums);
  }
}

}  // namespace
}  // namespace albumen::internal::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace albumen::internal {

HWY_EXPORT(luma_row);
HWY_EXPORT(laplacian_row);

void add_luma(std::span<const std::uint8_t> row, LumaSums& sums) {
  HWY_DYNAMIC_DISPATCH(luma_row)(row, sums);
}

void add_laplacian(const ThreeRows& rows, LaplacianSums& sums) {
  HWY_DYNAMIC_DISPATCH(laplacian_row)(rows, sums);
}

}  // namespace albumen::internal
#endif
