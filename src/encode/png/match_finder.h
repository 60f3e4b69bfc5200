// SPDX-License-Identifier: Apache-2.0
// Repetitions in a block of filtered pixels that cost fewer bits than their bytes.
// Tested by deflater_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/png/deflate_block.h"

namespace albumen {

/// What each byte value costs by itself, in 1/16 bits.
using LiteralCosts = std::array<std::uint16_t, 256>;

/// From how often each occurs in a block.
LiteralCosts literal_costs(const ByteCounts& counts);

/// A block and what came before it: `before` bytes in front of `bytes` are readable.
struct BlockToSearch {
  std::span<const std::uint8_t> bytes;
  std::size_t before = 0;
  /// Of the first byte in the stream, modulo 2^32.
  std::uint32_t position = 0;
  /// Bytes of a pixel: the distance at which flat and evenly rising areas repeat.
  std::size_t pixel_bytes = 1;
};

/// Matches of at least this length are looked for.
inline constexpr std::size_t kLeastMatch = 4;

/// Most matches in a block of `size` bytes.
constexpr std::size_t most_matches(std::size_t size) { return size / kLeastMatch; }

/// Runs of equal pixels only: nothing is looked up, noise passes at the speed of a comparison.
/// `out` has room for most_matches. Returns how many it found.
std::size_t find_runs(const BlockToSearch& block, const LiteralCosts& costs, std::span<Match> out);

/// Entries of the table that find_matches keeps between blocks: where eight bytes were last seen.
/// Fewer would match at nearly every byte of a smooth photograph, and gain nothing there.
inline constexpr std::size_t kHashEntries = std::size_t{1} << 15;

/// Runs, and what is found at one look into the table; strides faster the longer nothing was found.
std::size_t find_matches(const BlockToSearch& block, const LiteralCosts& costs,
                         std::span<std::uint32_t, kHashEntries> table, std::span<Match> out);

}  // namespace albumen
