// SPDX-License-Identifier: Apache-2.0
#include "encode/png/prefix_code.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <gtest/gtest.h>
#include <queue>
#include <random>
#include <vector>

namespace albumen {
namespace {

std::vector<std::uint8_t> lengths_for(const std::vector<std::uint32_t>& counts, unsigned limit) {
  std::vector<std::uint8_t> lengths(counts.size(), 77);
  choose_code_lengths(counts, limit, lengths);
  return lengths;
}

std::uint64_t cost(const std::vector<std::uint32_t>& counts,
                   const std::vector<std::uint8_t>& lengths) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    sum += std::uint64_t{counts[i]} * lengths[i];
  }
  return sum;
}

/// Huffman's algorithm as he wrote it: the sum of all inner nodes.
std::uint64_t least_cost(const std::vector<std::uint32_t>& counts) {
  std::priority_queue<std::uint64_t, std::vector<std::uint64_t>, std::greater<>> nodes;
  for (const std::uint32_t count : counts) {
    if (count != 0) {
      nodes.push(count);
    }
  }
  std::uint64_t sum = 0;
  while (nodes.size() > 1) {
    std::uint64_t joined = nodes.top();
    nodes.pop();
    joined += nodes.top();
    nodes.pop();
    nodes.push(joined);
    sum += joined;
  }
  return sum;
}

/// Every sequence of bits of the longest code's length starts with exactly one code.
void expect_complete(const std::vector<std::uint8_t>& lengths, unsigned limit) {
  std::uint64_t space = 0;
  for (const std::uint8_t length : lengths) {
    ASSERT_LE(length, limit);
    space += length == 0 ? 0 : std::uint64_t{1} << (limit - length);
  }
  EXPECT_EQ(space, std::uint64_t{1} << limit);
}

TEST(PrefixCodeTest, CostsAsLittleAsHuffmansCode) {
  std::mt19937 random{1};
  for (int round = 0; round < 300; ++round) {
    std::vector<std::uint32_t> counts(2 + (random() % 285));
    const auto most = 1 + (random() % 200);
    for (std::uint32_t& count : counts) {
      count = random() % 3 == 0 ? 0 : static_cast<std::uint32_t>(random() % most);
    }
    counts[0] = 1;
    counts[1] = 2;
    const auto lengths = lengths_for(counts, 15);
    expect_complete(lengths, 15);
    EXPECT_EQ(cost(counts, lengths), least_cost(counts));
  }
}

TEST(PrefixCodeTest, KeepsItsLimitWhereHuffmansCodeIsDeeper) {
  std::vector<std::uint32_t> counts{1, 1};
  while (counts.size() < 40) {
    counts.push_back(counts[counts.size() - 1] + counts[counts.size() - 2]);
  }
  for (const unsigned limit : {6U, 7U, 14U, 15U}) {
    const auto lengths = lengths_for(counts, limit);
    expect_complete(lengths, limit);
    EXPECT_TRUE(std::ranges::is_sorted(lengths, std::ranges::greater{}));
  }
  // The cost of the best code of at most 14 bits is not far from Huffman's.
  EXPECT_LT(cost(counts, lengths_for(counts, 14)), least_cost(counts) * 103 / 100);
}

TEST(PrefixCodeTest, IsCompleteForFewerThanTwoSymbols) {
  EXPECT_EQ(lengths_for({0, 0, 0}, 15), (std::vector<std::uint8_t>{1, 1, 0}));
  EXPECT_EQ(lengths_for({5, 0, 0}, 15), (std::vector<std::uint8_t>{1, 1, 0}));
  EXPECT_EQ(lengths_for({0, 0, 5}, 15), (std::vector<std::uint8_t>{1, 0, 1}));
}

TEST(PrefixCodeTest, CodesAreThoseOfTheStandardsExample) {
  // RFC 1951, section 3.2.2, with the first bit lowest.
  const std::vector<std::uint8_t> lengths{3, 3, 3, 3, 3, 2, 4, 4};
  std::vector<std::uint16_t> codes(lengths.size());
  assign_codes(lengths, codes);
  EXPECT_EQ(codes,
            (std::vector<std::uint16_t>{0b010, 0b110, 0b001, 0b101, 0b011, 0b00, 0b0111, 0b1111}));
}

}  // namespace
}  // namespace albumen
