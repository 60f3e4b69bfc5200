// SPDX-License-Identifier: Apache-2.0
// Products of 16-bit pairs are summed in 32 bits, one face per lane, so that no horizontal sum is
// ever taken in the tile: a row's value pair is broadcast and multiplied with the same pair of 16
// or more columns. The VNNI form is in scan_tile_vnni.cpp.
#include "people/internal/scan_kernels.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "people/internal/scan_kernels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

// NOLINTBEGIN(misc-use-internal-linkage, readability-identifier-naming): Highway's exports by name
HWY_BEFORE_NAMESPACE();

namespace albumen::people::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

// Processors without SSSE3 (and compilers without vectors): the plain loops.
void ScanTile(const Tile& tile, TileSink sink, void* context) {
  const std::size_t panel_size = tile.pairs * kPanelColumns * 2;
  for (std::size_t row = 0; row < tile.rows.size(); ++row) {
    for (std::size_t column = 0; column < tile.columns; ++column) {
      const std::int16_t* const panel = tile.packed + column / kPanelColumns * panel_size;
      std::int32_t sum = 0;
      for (std::size_t i = 0; i < tile.pairs * 2; ++i) {
        sum +=
            tile.rows[row][i] * panel[(i / 2 * kPanelColumns + column % kPanelColumns) * 2 + i % 2];
      }
      if (sum >= tile.least_dot) {
        sink(context, row, column, sum);
      }
    }
  }
}

template <class A, class B>
std::int64_t wide_dot(const A* a, const B* b, std::size_t count) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    sum += std::int64_t{a[i]} * b[i];
  }
  return sum;
}

std::int64_t Dot1616(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  return wide_dot(a, b, count);
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using D32 = HWY_CAPPED(int32_t, 16);
using D16 = hn::Repartition<int16_t, D32>;
using V32 = hn::Vec<D32>;
using V16 = hn::Vec<D16>;

constexpr std::size_t kLanes = HWY_LANES(int32_t) < 16 ? HWY_LANES(int32_t) : 16;

// Register blocks: accumulators + one vector per column group + one broadcast must fit the
// register file (32 registers with AVX-512, 16 below).
constexpr std::size_t kVectors = kLanes == 16 ? 3 : std::min<std::size_t>(4, 16 / kLanes);
constexpr std::size_t kRows = kLanes == 16 ? 8 : (kLanes == 8 ? 6 : (kLanes == 4 ? 3 : 1));
// Column vectors of one block; a block is a whole number of panels.
constexpr std::size_t kBlockColumns = kVectors * kLanes;

// sum + a[2i] * b[2i] + a[2i + 1] * b[2i + 1] in lane i.
HWY_INLINE V32 multiply_add_pairs(V32 sum, V16 a, V16 b) {
  const D32 d32;
  V32 odd = hn::Zero(d32);
#if HWY_ARCH_X86
  return hn::ReorderWidenMulAccumulate(d32, a, b, sum, odd);  // pairs stay in their lanes
#else
  const V32 even = hn::ReorderWidenMulAccumulate(d32, a, b, hn::Zero(d32), odd);
  return hn::Add(sum, hn::RearrangeToOddPlusEven(even, odd));
#endif
}

HWY_INLINE V16 load_vector(const std::int16_t* HWY_RESTRICT packed, std::size_t panel_size,
                           std::size_t vector, std::size_t pair) {
  const D16 d16;
  const std::size_t column = vector * kLanes;
  return hn::Load(d16, packed + column / kPanelColumns * panel_size +
                           (pair * kPanelColumns + column % kPanelColumns) * 2);
}

HWY_INLINE V16 broadcast_pair(const std::int16_t* row, std::size_t pair) {
  std::int32_t both = 0;
  std::memcpy(&both, row + pair * 2, sizeof(both));
  return hn::BitCast(D16(), hn::Set(D32(), both));
}

// kRows rows x kBlockColumns columns, all sums in registers.
HWY_INLINE void multiply_block(const std::int16_t* const* rows,
                               const std::int16_t* HWY_RESTRICT packed, std::size_t pairs,
                               V32 (&sums)[kRows][kVectors]) {
  const std::size_t panel_size = pairs * kPanelColumns * 2;
#pragma GCC unroll 8
  for (std::size_t row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
    for (std::size_t vector = 0; vector < kVectors; ++vector) {
      sums[row][vector] = hn::Zero(D32());
    }
  }
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    V16 columns[kVectors];
#pragma GCC unroll 4
    for (std::size_t vector = 0; vector < kVectors; ++vector) {
      columns[vector] = load_vector(packed, panel_size, vector, pair);
    }
#pragma GCC unroll 8
    for (std::size_t row = 0; row < kRows; ++row) {
      const V16 value = broadcast_pair(rows[row], pair);
#pragma GCC unroll 4
      for (std::size_t vector = 0; vector < kVectors; ++vector) {
        sums[row][vector] = multiply_add_pairs(sums[row][vector], value, columns[vector]);
      }
    }
  }
}

struct BlockPlace {
  std::size_t row = 0;
  std::size_t rows = 0;
  std::size_t column = 0;
  std::size_t columns = 0;
};

// Rare: a few in a thousand sums reach the limit.
HWY_NOINLINE void report_row(const V32 (&sums)[kVectors], const BlockPlace& place, std::size_t row,
                             const Tile& tile, TileSink sink, void* context) {
  HWY_ALIGN std::int32_t values[kBlockColumns];
  for (std::size_t vector = 0; vector < kVectors; ++vector) {
    hn::Store(sums[vector], D32(), values + vector * kLanes);
  }
  for (std::size_t column = 0; column < place.columns; ++column) {
    if (values[column] >= tile.least_dot) {
      sink(context, place.row + row, place.column + column, values[column]);
    }
  }
}

void scan_block(const Tile& tile, const std::int16_t* const* rows, const BlockPlace& place,
                TileSink sink, void* context) {
  const std::int16_t* const packed = tile.packed + place.column * tile.pairs * 2;
  V32 sums[kRows][kVectors];
  multiply_block(rows, packed, tile.pairs, sums);
  const V32 below = hn::Set(D32(), tile.least_dot - 1);
#pragma GCC unroll 8
  for (std::size_t row = 0; row < kRows; ++row) {
    V32 largest = sums[row][0];
#pragma GCC unroll 4
    for (std::size_t vector = 1; vector < kVectors; ++vector) {
      largest = hn::Max(largest, sums[row][vector]);
    }
    if (!hn::AllFalse(D32(), hn::Gt(largest, below)) && row < place.rows) [[unlikely]] {
      report_row(sums[row], place, row, tile, sink, context);
    }
  }
}

void ScanTile(const Tile& tile, TileSink sink, void* context) {
  for (std::size_t row = 0; row < tile.rows.size(); row += kRows) {
    const std::int16_t* rows[kRows];
    for (std::size_t i = 0; i < kRows; ++i) {
      rows[i] = tile.rows[std::min(row + i, tile.rows.size() - 1)];
    }
    for (std::size_t column = 0; column < tile.columns; column += kBlockColumns) {
      const BlockPlace place{.row = row,
                             .rows = std::min(kRows, tile.rows.size() - row),
                             .column = column,
                             .columns = std::min(kBlockColumns, tile.columns - column)};
      scan_block(tile, rows, place, sink, context);
    }
  }
}

// The two halves of 32-bit products, widened to 64 bits.
HWY_INLINE hn::Vec<hn::Repartition<int64_t, D32>> widen_multiply(V32 a, V32 b) {
  return hn::Add(hn::MulEven(a, b), hn::MulEven(hn::Shuffle2301(a), hn::Shuffle2301(b)));
}

HWY_INLINE V32 load_wide(const std::int32_t* values) { return hn::Load(D32(), values); }

HWY_INLINE V32 load_wide(const std::int16_t* values) {
  return hn::PromoteTo(D32(), hn::Load(hn::Rebind<int16_t, D32>(), values));
}

template <class A, class B>
HWY_INLINE std::int64_t wide_dot(const A* a, const B* b, std::size_t count) {
  const hn::Repartition<int64_t, D32> d64;
  auto sum = hn::Zero(d64);
  for (std::size_t i = 0; i < count; i += kLanes) {
    sum = hn::Add(sum, widen_multiply(load_wide(a + i), load_wide(b + i)));
  }
  return hn::GetLane(hn::SumOfLanes(d64, sum));
}

std::int64_t Dot1616(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  V32 sum = hn::Zero(D32());
  constexpr std::size_t kStep = kLanes * 2;
  std::size_t i = 0;
  for (; i + kStep <= count; i += kStep) {
    sum = multiply_add_pairs(sum, hn::Load(D16(), a + i), hn::Load(D16(), b + i));
  }
  // Lanes hold disjoint parts of one product: each part and their total fit 32 bits
  // (Cauchy-Schwarz, see kOne).
  return hn::GetLane(hn::SumOfLanes(D32(), sum)) +
         (i < count ? wide_dot(a + i, b + i, count - i) : std::int64_t{0});
}

#endif  // HWY_TARGET == HWY_SCALAR

std::int64_t Dot3216(const std::int32_t* a, const std::int16_t* b, std::size_t count) {
  return wide_dot(a, b, count);
}

std::int64_t Dot3232(const std::int32_t* a, const std::int32_t* b, std::size_t count) {
  return wide_dot(a, b, count);
}

}  // namespace albumen::people::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace albumen::people {

HWY_EXPORT(ScanTile);
HWY_EXPORT(Dot1616);
HWY_EXPORT(Dot3216);
HWY_EXPORT(Dot3232);

std::size_t packed_size(std::size_t columns, std::size_t pairs) {
  // A tile may read three panels at once: room up to the next multiple of three.
  constexpr std::size_t kReadColumns = 3 * kPanelColumns;
  return (columns + kReadColumns - 1) / kReadColumns * kReadColumns * pairs * 2;
}

void pack_columns(std::span<const std::int16_t* const> rows, std::size_t pairs, std::int16_t* out) {
  std::int16_t* const end = out + packed_size(rows.size(), pairs);
  for (std::size_t first = 0; first < rows.size(); first += kPanelColumns) {
    const std::size_t columns = std::min(kPanelColumns, rows.size() - first);
    std::int16_t* const panel = out;
    out += pairs * kPanelColumns * 2;
    if (columns < kPanelColumns) {
      std::fill(panel, out, std::int16_t{0});
    }
    for (std::size_t column = 0; column < columns; ++column) {
      const std::int16_t* const row = rows[first + column];
      for (std::size_t pair = 0; pair < pairs; ++pair) {
        std::memcpy(panel + (pair * kPanelColumns + column) * 2, row + pair * 2,
                    2 * sizeof(std::int16_t));
      }
    }
  }
  std::fill(out, end, std::int16_t{0});
}

void scan_tile(const Tile& tile, TileSink sink, void* context) {
  static const bool kVnni = has_vnni();
  if (kVnni) {
    scan_tile_vnni(tile, sink, context);
  } else {
    scan_tile_portable(tile, sink, context);
  }
}

void scan_tile_portable(const Tile& tile, TileSink sink, void* context) {
  HWY_DYNAMIC_DISPATCH(ScanTile)(tile, sink, context);
}

std::int64_t dot_16_16(const std::int16_t* a, const std::int16_t* b, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(Dot1616)(a, b, count);
}

std::int64_t dot_32_16(const std::int32_t* a, const std::int16_t* b, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(Dot3216)(a, b, count);
}

std::int64_t dot_32_32(const std::int32_t* a, const std::int32_t* b, std::size_t count) {
  return HWY_DYNAMIC_DISPATCH(Dot3232)(a, b, count);
}

}  // namespace albumen::people

#endif  // HWY_ONCE
// NOLINTEND(misc-use-internal-linkage, readability-identifier-naming)
