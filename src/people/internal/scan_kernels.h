// SPDX-License-Identifier: Apache-2.0
// The inner loops of the neighbour search, compiled once per SIMD target and chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace albumen::people {

/// Columns are packed in panels of this many faces: one AVX-512 vector of 32-bit sums.
inline constexpr std::size_t kPanelColumns = 16;

/// A stripe of rows against a block of packed columns.
struct Tile {
  std::span<const std::int16_t* const> rows;  ///< each of 2 * pairs values, 4-byte aligned
  const std::int16_t* packed = nullptr;       ///< see `pack_columns`, 64-byte aligned
  std::size_t columns = 0;                    ///< how many of the packed columns to multiply
  std::size_t pairs = 0;                      ///< half the row length
  std::int32_t least_dot = 1;
};

/// Called for each product that reaches the limit, with indices inside the tile. `column` may lie
/// in the padding of the last panel only if least_dot <= 0.
using TileSink = void (*)(void* context, std::size_t row, std::size_t column, std::int32_t dot);

/// Room for `columns` packed rows of `pairs` value pairs, in int16 values.
std::size_t packed_size(std::size_t columns, std::size_t pairs);

/// Packs rows for `scan_tile`: panel by panel, in a panel value pair by value pair, in a pair
/// column by column; missing columns of the last panel are zero.
void pack_columns(std::span<const std::int16_t* const> rows, std::size_t pairs, std::int16_t* out);

/// Reports all products of the tile that are >= least_dot, by the fastest of the ways below.
void scan_tile(const Tile& tile, TileSink sink, void* context);

/// By Highway, on whatever SIMD the processor has.
void scan_tile_portable(const Tile& tile, TileSink sink, void* context);

/// By AVX-512 VNNI. REQUIRES: has_vnni().
void scan_tile_vnni(const Tile& tile, TileSink sink, void* context);

/// This build and this processor have AVX-512 VNNI.
bool has_vnni();

/// Exact dot products of `count` values, a multiple of 16, rows 64-byte aligned.
std::int64_t dot_16_16(const std::int16_t* a, const std::int16_t* b, std::size_t count);
std::int64_t dot_32_16(const std::int32_t* a, const std::int16_t* b, std::size_t count);
std::int64_t dot_32_32(const std::int32_t* a, const std::int32_t* b, std::size_t count);

}  // namespace albumen::people
