// SPDX-License-Identifier: Apache-2.0
// PNG's row filters (PNG third edition, section 9), vectorised for the processor it runs on: the
// same bytes on each. Tested by row_filter_test.cpp against a plain twin on every vector target.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace albumen {

enum class RowFilter : std::uint8_t { kNone, kSub, kUp, kAverage, kPaeth };

inline constexpr std::size_t kRowFilterCount = 5;

/// Readable zeros before and any readable bytes behind each row: a whole vector.
inline constexpr std::size_t kRowPadding = 64;

/// Two rows of one picture, with their padding; the row above the first is zeros.
struct RowPair {
  const std::uint8_t* row = nullptr;
  const std::uint8_t* above = nullptr;
  std::size_t bytes = 0;        ///< of a row, without padding
  std::size_t pixel_bytes = 0;  ///< 1 to 4
};

/// Writes what `filter` leaves of the row to `out`, which has kRowPadding bytes behind it that may
/// be overwritten.
void filter_row(RowFilter filter, const RowPair& rows, std::uint8_t* out);

/// Sums of the magnitudes (as signed bytes) that each filter leaves.
std::array<std::uint64_t, kRowFilterCount> filter_magnitudes(const RowPair& rows);

/// The filter that leaves the least, PNG's own advice (section 12.7).
RowFilter least_filter(const RowPair& rows);

}  // namespace albumen
