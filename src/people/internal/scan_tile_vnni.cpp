// SPDX-License-Identifier: Apache-2.0
// The tile with AVX-512 VNNI, which multiplies and adds value pairs in one instruction instead of
// two. Written with intrinsics because Highway 1.0.3 has no such operation, and its nearest target
// also turns on AVX-VNNI, which processors with AVX-512 VNNI need not have.
#include <algorithm>
#include <array>
#include <cstring>

#include "people/internal/scan_kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define ALBUMEN_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))

namespace albumen::people {
namespace {

// 8 x 3 sums + 3 columns + 1 row = 28 of 32 registers.
constexpr std::size_t kRows = 8;
constexpr std::size_t kVectors = 3;
constexpr std::size_t kBlockColumns = kVectors * kPanelColumns;

struct Sums {
  __m512i value[kRows][kVectors];  // NOLINT: std::array would drop the vector attribute
};

ALBUMEN_VNNI inline Sums multiply_block(const std::array<const std::int16_t*, kRows>& rows,
                                        const std::int16_t* packed, std::size_t pairs) {
  Sums sums;
#pragma GCC unroll 8
  for (std::size_t row = 0; row < kRows; ++row) {
#pragma GCC unroll 3
    for (std::size_t vector = 0; vector < kVectors; ++vector) {
      sums.value[row][vector] = _mm512_setzero_si512();
    }
  }
  const std::size_t panel_size = pairs * kPanelColumns * 2;
  for (std::size_t pair = 0; pair < pairs; ++pair) {
    __m512i columns[kVectors];  // NOLINT: as above
#pragma GCC unroll 3
    for (std::size_t vector = 0; vector < kVectors; ++vector) {
      columns[vector] = _mm512_load_si512(packed + vector * panel_size + pair * kPanelColumns * 2);
    }
#pragma GCC unroll 8
    for (std::size_t row = 0; row < kRows; ++row) {
      std::int32_t both = 0;
      std::memcpy(&both, rows[row] + pair * 2, sizeof(both));
      const __m512i value = _mm512_set1_epi32(both);
#pragma GCC unroll 3
      for (std::size_t vector = 0; vector < kVectors; ++vector) {
        sums.value[row][vector] =
            _mm512_dpwssd_epi32(sums.value[row][vector], value, columns[vector]);
      }
    }
  }
  return sums;
}

struct Place {
  std::size_t row = 0;
  std::size_t column = 0;
};

ALBUMEN_VNNI inline void report(const Tile& tile, const Sums& sums, const Place& place,
                                TileSink sink, void* context) {
  const __m512i below = _mm512_set1_epi32(tile.least_dot - 1);
#pragma GCC unroll 8
  for (std::size_t row = 0; row < kRows; ++row) {
#pragma GCC unroll 3
    for (std::size_t vector = 0; vector < kVectors; ++vector) {
      const __m512i sum = sums.value[row][vector];
      unsigned mask = _mm512_cmpgt_epi32_mask(sum, below);
      if (mask == 0 || place.row + row >= tile.rows.size()) [[likely]] {
        continue;
      }
      alignas(64) std::array<std::int32_t, kPanelColumns> values;  // NOLINT: stored into next
      _mm512_store_si512(values.data(), sum);
      for (; mask != 0; mask &= mask - 1) {
        const auto lane = static_cast<std::size_t>(__builtin_ctz(mask));
        const std::size_t column = place.column + vector * kPanelColumns + lane;
        if (column < tile.columns) {
          sink(context, place.row + row, column, values[lane]);
        }
      }
    }
  }
}

}  // namespace

ALBUMEN_VNNI void scan_tile_vnni(const Tile& tile, TileSink sink, void* context) {
  for (std::size_t row = 0; row < tile.rows.size(); row += kRows) {
    std::array<const std::int16_t*, kRows> rows{};
    for (std::size_t i = 0; i < kRows; ++i) {
      rows[i] = tile.rows[std::min(row + i, tile.rows.size() - 1)];
    }
    for (std::size_t column = 0; column < tile.columns; column += kBlockColumns) {
      const Sums sums = multiply_block(rows, tile.packed + column * tile.pairs * 2, tile.pairs);
      report(tile, sums, {.row = row, .column = column}, sink, context);
    }
  }
}

bool has_vnni() {
  return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
}

}  // namespace albumen::people

#else

namespace albumen::people {

void scan_tile_vnni(const Tile& tile, TileSink sink, void* context) {
  scan_tile_portable(tile, sink, context);
}

bool has_vnni() { return false; }

}  // namespace albumen::people

#endif
