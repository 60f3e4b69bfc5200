// SPDX-License-Identifier: Apache-2.0
// One block of deflate (RFC 1951) out of bytes and the matches found in them: with prefix codes
// made for it, or stored where those gain nothing. Tested by deflater_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/png/bit_writer.h"

namespace albumen {

/// deflate's limits.
inline constexpr std::size_t kShortestMatch = 3;
inline constexpr std::size_t kLongestMatch = 258;
inline constexpr std::size_t kFarthestMatch = 32768;

/// `length` bytes at `position` of the block repeat those `distance` before them.
struct Match {
  std::uint32_t position = 0;
  std::uint16_t length = 0;
  std::uint16_t distance_less_1 = 0;
};

/// Most bytes that `write_deflate_block` writes for `size` bytes, and what it touches behind them.
std::size_t most_deflate_block_bytes(std::size_t size);

/// How often each byte value occurs.
using ByteCounts = std::array<std::uint32_t, 256>;

ByteCounts count_bytes(std::span<const std::uint8_t> bytes);

/// The bytes of one block, counted, and what repeats in them.
struct BlockToWrite {
  std::span<const std::uint8_t> bytes;
  const ByteCounts& counts;        ///< of `bytes`; outlives the block
  std::span<const Match> matches;  ///< in order, inside `bytes`, not overlapping
};

void write_deflate_block(BitWriter& out, const BlockToWrite& block, bool last);

}  // namespace albumen
