// SPDX-License-Identifier: Apache-2.0
// A picture squashed to a small grid, exactly: sums of integers, the same in whatever order.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/geometry.h"
#include "core/image_view.h"

namespace albumen::internal {

/// Cells in rows. A cell's value is its mean times width * height of the picture it was made from.
template <std::size_t kColumns, std::size_t kRows>
using Grid = std::array<std::array<std::uint64_t, kColumns>, kRows>;

/// Largest side: 255 times the height must fit the 32 bits of a column's sum.
inline constexpr std::uint32_t kMostSquashed = 0xFFFFFFFFU / 255;

/// How far [begin, begin + length) reaches into [from, to).
constexpr std::uint32_t overlap(std::uint64_t begin, std::uint64_t length, std::uint64_t from,
                                std::uint64_t to) {
  const std::uint64_t low = std::max(begin, from);
  const std::uint64_t high = std::min(begin + length, to);
  return high > low ? static_cast<std::uint32_t>(high - low) : 0;
}

/// Lengths are measured in units in which a pixel is as long as the grid has cells, and a cell as
/// long as the picture has pixels: every overlap is whole.
/// REQUIRES: 1 channel, not empty, no side above kMostSquashed.
template <std::size_t kColumns, std::size_t kRows>
Grid<kColumns, kRows> squash(ImageView gray) {
  constexpr std::size_t kBlock = 256;
  const std::uint64_t width = gray.width();
  const std::uint64_t height = gray.height();
  Grid<kColumns, kRows> grid{};
  for (std::size_t first = 0; first < width; first += kBlock) {
    const std::size_t count = std::min<std::size_t>(kBlock, width - first);
    for (std::size_t j = 0; j < kRows; ++j) {
      std::array<std::uint32_t, kBlock> column{};
      const auto end = static_cast<std::uint32_t>((((j + 1) * height) + kRows - 1) / kRows);
      for (auto y = static_cast<std::uint32_t>(j * height / kRows); y < end; ++y) {
        const std::uint32_t share = overlap(y * kRows, kRows, j * height, (j + 1) * height);
        const std::uint8_t* row = gray.row(y).data() + first;
        for (std::size_t x = 0; x < count; ++x) {
          column[x] += share * row[x];
        }
      }
      for (std::size_t x = 0; x < count; ++x) {
        const std::uint64_t left = (first + x) * kColumns;
        for (std::size_t i = left / width; i < kColumns && i * width < left + kColumns; ++i) {
          grid[j][i] +=
              std::uint64_t{overlap(left, kColumns, i * width, (i + 1) * width)} * column[x];
        }
      }
    }
  }
  return grid;
}

}  // namespace albumen::internal
