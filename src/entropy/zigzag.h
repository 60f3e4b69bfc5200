// SPDX-License-Identifier: Apache-2.0
// The order of coefficients in a scan. Tested by entropy_test.cpp.
#pragma once

#include <array>
#include <cstdint>

namespace albumen {

/// Position (row * 8 + column) of each coefficient in the order of the scan (T.81, figure A.6).
constexpr std::array<std::uint8_t, 64> zigzag_order() {
  constexpr int kSide = 8;
  std::array<std::uint8_t, 64> order{};
  int row = 0;
  int column = 0;
  for (std::uint8_t& place : order) {
    place = static_cast<std::uint8_t>(row * kSide + column);
    const bool upwards = (row + column) % 2 == 0;
    int& rising = upwards ? column : row;
    int& falling = upwards ? row : column;
    if (rising == kSide - 1) {
      ++falling;
    } else {
      ++rising;
      falling = falling > 0 ? falling - 1 : 0;
    }
  }
  return order;
}

inline constexpr std::array<std::uint8_t, 64> kZigzag = zigzag_order();

}  // namespace albumen
