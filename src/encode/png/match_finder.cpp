// SPDX-License-Identifier: Apache-2.0
#include "encode/png/match_finder.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

namespace albumen {
namespace {

constexpr unsigned kCostBits = 4;
// A length symbol and its extra bits, as blocks of photographs come to cost; a run's distance is
// nearly always the same symbol.
constexpr unsigned kLengthCost = 7U << kCostBits;
constexpr unsigned kRunDistanceCost = 2U << kCostBits;
constexpr unsigned kFarDistanceCost = 5U << kCostBits;
// Matches of this length cost less than any literals that occur.
constexpr std::size_t kSurelyPays = 32;
// After 2^kStrideShift positions without a match the stride grows by one, up to kLongestStride.
constexpr unsigned kStrideShift = 5;
constexpr std::size_t kLongestStride = 32;

std::uint32_t load4(const std::uint8_t* from) {
  std::uint32_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

std::uint64_t load8(const std::uint8_t* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, sizeof(word));
  return word;
}

// Index of the first byte in memory that differs.
std::size_t first_difference(std::uint64_t difference) {
  const int bits = std::endian::native == std::endian::little ? std::countr_zero(difference)
                                                              : std::countl_zero(difference);
  return static_cast<std::size_t>(bits) / 8;
}

std::size_t hash_of(std::uint64_t word) {
  // Knuth's multiplicative hash, by the golden ratio of 2^64.
  return (word * 0x9E37'79B9'7F4A'7C15U) >>
         (64U - static_cast<unsigned>(std::countr_zero(kHashEntries)));
}

std::size_t common_length(const std::uint8_t* a, const std::uint8_t* b, std::size_t most) {
  std::size_t length = 0;
  while (length + 8 <= most) {
    const std::uint64_t difference = load8(a + length) ^ load8(b + length);
    if (difference != 0) {
      return length + first_difference(difference);
    }
    length += 8;
  }
  while (length < most && a[length] == b[length]) {
    ++length;
  }
  return length;
}

bool pays(const LiteralCosts& costs, const std::uint8_t* bytes, std::size_t length,
          unsigned match_cost) {
  if (length >= kSurelyPays) {
    return true;
  }
  unsigned sum = 0;
  for (std::size_t i = 0; i < length; ++i) {
    sum += costs[bytes[i]];
  }
  return sum > match_cost;
}

// The match at `at`, as far as it goes both ways: back to `end` at most, and to the block's end.
Match widened(const BlockToSearch& block, std::size_t end, std::size_t at, std::size_t distance) {
  const std::uint8_t* const bytes = block.bytes.data();
  std::size_t start = at;
  const std::size_t first = std::max(end, distance - std::min(block.before, distance));
  while (start > first && at - start < kLeastMatch * 4 &&
         bytes[start - 1] == bytes[start - 1 - distance]) {
    --start;
  }
  const std::size_t most = std::min(kLongestMatch, block.bytes.size() - start);
  return {.position = static_cast<std::uint32_t>(start),
          .length = static_cast<std::uint16_t>(
              common_length(bytes + start, bytes + start - distance, most)),
          .distance_less_1 = static_cast<std::uint16_t>(distance - 1)};
}

unsigned far_cost(std::size_t distance) {
  const auto extra = static_cast<unsigned>(std::bit_width(distance));
  return kLengthCost + kFarDistanceCost + ((extra > 2 ? extra - 2 : 0) << kCostBits);
}

}  // namespace

LiteralCosts literal_costs(const ByteCounts& counts) {
  LiteralCosts costs{};
  const double all = std::max(std::reduce(counts.begin(), counts.end()), 1U);
  for (std::size_t value = 0; value < costs.size(); ++value) {
    const double bits = std::log2(all / std::max(counts[value], 1U));
    costs[value] = static_cast<std::uint16_t>(std::clamp(bits, 1.0, 14.0) * (1U << kCostBits));
  }
  return costs;
}

std::size_t find_runs(const BlockToSearch& block, const LiteralCosts& costs, std::span<Match> out) {
  const std::uint8_t* const bytes = block.bytes.data();
  const std::size_t size = block.bytes.size();
  const std::size_t distance = block.pixel_bytes;
  std::size_t found = 0;
  std::size_t end = block.before >= distance ? 0 : distance - block.before;  // of the last match
  // Every run of 7 holds one of these groups of four; of shorter ones some are missed, which gain
  // next to nothing.
  for (std::size_t at = end; at + 8 <= size;) {
    const std::uint64_t difference = load8(bytes + at) ^ load8(bytes + at - distance);
    // The lower half is the earlier one in memory on the machines that this is built for; elsewhere
    // a run is found four bytes off, and widened likewise.
    const bool lower = static_cast<std::uint32_t>(difference) == 0;
    if (!lower && (difference >> 32U) != 0) {
      at += 8;
      continue;
    }
    Match match = widened(block, end, lower ? at : at + 4, distance);
    if (pays(costs, bytes + match.position, match.length, kLengthCost + kRunDistanceCost)) {
      out[found++] = match;
      end = match.position + match.length;
    }
    at = std::size_t{match.position} + match.length;
  }
  return found;
}

std::size_t find_matches(const BlockToSearch& block, const LiteralCosts& costs,
                         std::span<std::uint32_t, kHashEntries> table, std::span<Match> out) {
  const std::uint8_t* const bytes = block.bytes.data();
  const std::size_t size = block.bytes.size();
  std::size_t found = 0;
  std::size_t misses = 0;
  std::size_t end = 0;  // of the last match
  for (std::size_t at = 0; at + 8 <= size;) {
    const std::uint64_t word = load8(bytes + at);
    const std::uint32_t here = block.position + static_cast<std::uint32_t>(at);
    std::uint32_t& entry = table[hash_of(word)];
    const std::size_t reach = std::min(kFarthestMatch, block.before + at);
    std::size_t distance = block.pixel_bytes;
    unsigned cost = kLengthCost + kRunDistanceCost;
    if (distance > reach || load4(bytes + at - distance) != load4(bytes + at)) {
      distance = here - entry;
      cost = far_cost(distance);
      if (distance - 1 >= reach || load8(bytes + at - distance) != word) {
        distance = 0;
      }
    }
    entry = here;
    if (distance != 0) {
      const Match match = widened(block, end, at, distance);
      if (pays(costs, bytes + match.position, match.length, cost)) {
        out[found++] = match;
        at = end = std::size_t{match.position} + match.length;
        misses = 0;
        continue;
      }
      at += kLeastMatch;  // most of what begins inside does not pay either
      continue;
    }
    at += std::min(1 + (misses >> kStrideShift), kLongestStride);
    ++misses;
  }
  return found;
}

}  // namespace albumen
