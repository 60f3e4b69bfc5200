// SPDX-License-Identifier: Apache-2.0
// The vector loops of the quality measures: exact integer sums, row by row.
#pragma once

#include <cstdint>
#include <span>

namespace albumen::internal {

/// Luma at or below is clipped dark, at or above clipped bright: JPEG noise moves true black and
/// white by a few levels.
inline constexpr int kDarkest = 3;
inline constexpr int kBrightest = 252;

struct LumaSums {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  std::int64_t dark = 0;
  std::int64_t bright = 0;
};

void add_luma(std::span<const std::uint8_t> row, LumaSums& sums);

/// Three rows of `width` pixels; the Laplacian is taken at the inner pixels of `row`.
struct ThreeRows {
  const std::uint8_t* above = nullptr;
  const std::uint8_t* row = nullptr;
  const std::uint8_t* below = nullptr;
  std::size_t width = 0;
};

struct LaplacianSums {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
};

/// REQUIRES: width >= 3.
void add_laplacian(const ThreeRows& rows, LaplacianSums& sums);

}  // namespace albumen::internal
