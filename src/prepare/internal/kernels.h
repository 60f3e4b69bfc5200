// SPDX-License-Identifier: Apache-2.0
// The vector loops of a resize. A picture is resized in strips of 16 output lines: a vertical pass
// over a tile of columns, turned so that the 16 lines of one column lie side by side, and then a
// horizontal pass in which those 16 are the vector. No pass needs a gather, and a picture that must
// be turned by 90 degrees is simply not turned back.
// All arithmetic is on integers: every vector target gives the same bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "prepare/internal/axis.h"

namespace albumen::internal {

inline constexpr std::size_t kStripLines = 16;
/// Vertical tiles are a multiple of this many samples (pixels times channels) wide: at least the
/// widest vector of bytes.
inline constexpr std::size_t kTileUnit = 64;
/// Four cache lines in a row are read faster than four times one, and 16 such lines fit the cache.
inline constexpr std::size_t kWidestTile = 256;
/// Fractional bits between the passes: 64 levels below one grey level, and room for Lanczos to
/// overshoot to twice the range.
inline constexpr int kMiddleBits = 6;
/// Fractional bits of results that are still to be mixed with others: the planes of a JPEG. With
/// planes of whole levels the three roundings of a pixel added up (README.md).
inline constexpr int kFineBits = 5;

struct VerticalTile {
  const std::uint8_t* source = nullptr;  ///< first sample of the tile in input line `first_line`
  std::size_t stride_bytes = 0;
  std::uint32_t first_line = 0;
  std::size_t samples = 0;  ///< width: kTileUnit..kWidestTile, a multiple of kTileUnit
  std::uint32_t strip = 0;  ///< output lines [16 * strip, 16 * strip + 16) as far as there are any
  /// [samples][kStripLines], aligned to 64: the columns.
  std::int16_t* columns = nullptr;
};

/// Fills all 16 lines of all columns; lines beyond the axis repeat its last one.
void filter_vertically(const Axis& axis, const VerticalTile& tile);

struct HorizontalStrip {
  const std::int16_t* columns = nullptr;  ///< [(in + 1) * channels][kStripLines], aligned to 64
  std::size_t channels = 1;
  /// One of the two, [out * channels][kStripLines], aligned to 64.
  std::uint8_t* samples = nullptr;
  std::int16_t* fine = nullptr;  ///< with kFineBits, 0 to 255 levels
};

/// `samples` are what `fine` would be, rounded.
void filter_horizontally(const Axis& axis, const HorizontalStrip& strip);

/// Writes `samples` [count][kStripLines] as `lines` rows of `count` bytes.
struct RowsOut {
  const std::uint8_t* samples = nullptr;
  std::size_t count = 0;
  std::uint8_t* rows = nullptr;
  std::size_t stride_bytes = 0;
  std::size_t lines = 0;  ///< 1..kStripLines
};

void write_rows(const RowsOut& out);

}  // namespace albumen::internal
