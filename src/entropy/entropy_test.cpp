// SPDX-License-Identifier: Apache-2.0
// Codes and bits of JPEG scans against obvious readers of them.
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "entropy/bit_reader.h"
#include "entropy/huffman_table.h"
#include "entropy/pair_table.h"
#include "entropy/restarts.h"
#include "entropy/zigzag.h"

namespace albumen {
namespace {

TEST(ZigzagTest, ZigzagVisitsEveryPlaceOnceAndEndsInTheCorner) {
  std::vector<bool> seen(64);
  for (const std::uint8_t place : kZigzag) {
    EXPECT_FALSE(seen.at(place));
    seen.at(place) = true;
  }
  // T.81, figure A.6.
  EXPECT_EQ((std::vector<int>{kZigzag.begin(), kZigzag.begin() + 10}),
            (std::vector<int>{0, 1, 8, 16, 9, 2, 3, 10, 17, 24}));
  EXPECT_EQ(kZigzag[62], 62);
  EXPECT_EQ(kZigzag[63], 63);
}

/// Codes of 1 to 16 bits, one each but two of the longest, and what a look-up must find.
class LongCodes {
 public:
  LongCodes() {
    for (int bits = 1; bits <= 16; ++bits) {
      counts.push_back(std::byte{1});
      // A run and a size that stay below the limits of each kind.
      symbols.push_back(static_cast<std::byte>((bits % 16) * 16 + bits % 11));
    }
  }

  std::vector<std::byte> counts;
  std::vector<std::byte> symbols;
};

TEST(HuffmanTableTest, FindsCodesOfEveryLength) {
  const LongCodes codes;
  HuffmanTable table;
  ASSERT_TRUE(table.build(codes.counts, codes.symbols, false));
  for (int bits = 1; bits <= 16; ++bits) {
    // The code of this length: ones, then a zero. Behind it a coefficient of all ones.
    const std::uint64_t top = ~(std::uint64_t{1} << (64 - bits));
    const auto symbol =
        std::to_integer<std::uint8_t>(codes.symbols.at(static_cast<std::size_t>(bits) - 1));
    const int size = size_of(symbol, false);
    const HuffmanTable::Entry entry = table.look_up(top);
    if (bits + size <= HuffmanTable::kPeekBits) {
      EXPECT_EQ(entry.bits(), bits + size);
      EXPECT_EQ(entry.advance(), advance_of(symbol));
      EXPECT_EQ(entry.value(), (1 << size) - 1);
    } else if (bits <= HuffmanTable::kPeekBits) {
      EXPECT_EQ(entry.bits(), 0);
      EXPECT_EQ(entry.value(), bits * 256 + symbol);
    } else {
      EXPECT_EQ(entry.bits(), 0);
      EXPECT_EQ(entry.value(), 0);
      EXPECT_EQ(table.find_long(top).bits, bits);
      EXPECT_EQ(table.find_long(top).symbol, symbol);
    }
  }
  EXPECT_EQ(table.find_long(~std::uint64_t{0}).bits, 0) << "all ones are no code";
}

TEST(HuffmanTableTest, RefusesWhatIsNoCode) {
  HuffmanTable table;
  std::vector<std::byte> counts(16);
  std::vector<std::byte> symbols(3);
  counts[0] = std::byte{3};  // three codes of one bit
  EXPECT_FALSE(table.build(counts, symbols, false));
  counts[0] = std::byte{1};
  EXPECT_FALSE(table.build(counts, symbols, false)) << "symbols without a code";
  EXPECT_FALSE(table.build(counts, {}, false)) << "a code without a symbol";
  symbols = {std::byte{16}};
  EXPECT_FALSE(table.build(counts, symbols, true)) << "a DC difference of 16 bits";
  EXPECT_TRUE(table.build(counts, symbols, false));
  EXPECT_TRUE(table.is_built());
  counts[0] = std::byte{2};
  symbols = {std::byte{0}, std::byte{5}};
  EXPECT_FALSE(table.build(counts, symbols, true)) << "the second code is all ones";
  counts[0] = std::byte{1};
  counts[1] = std::byte{1};
  EXPECT_TRUE(table.build(counts, symbols, true));
}

/// What an obvious reader takes of the bits that a look-up sees: whole symbols only, at most two,
/// and none after the end of the block.
struct TwoSymbols {
  int values[2] = {};
  unsigned advances[2] = {};
  int bits = 0;
  int count = 0;
};

TwoSymbols read_two(const HuffmanTable& table, std::uint64_t top) {
  TwoSymbols read;
  while (read.count < 2) {
    const HuffmanTable::Entry one = table.look_up(top << static_cast<unsigned>(read.bits));
    if (one.bits() == 0 || read.bits + one.bits() > HuffmanTable::kPeekBits) {
      break;
    }
    const bool ends = one.advance() == HuffmanTable::kEndOfBlock;
    read.count += ends && read.count == 0 ? 1 : 0;  // an end is always the second
    read.values[read.count] = one.value();
    read.advances[read.count] = one.advance();
    read.bits += one.bits();
    ++read.count;
  }
  return read;
}

TEST(PairTableTest, TellsWhatTwoLookUpsTell) {
  const LongCodes codes;
  // With a block's end among the short codes, and without.
  for (const std::uint8_t first : {std::uint8_t{0x00}, std::uint8_t{0x01}}) {
    std::vector<std::byte> symbols = codes.symbols;
    symbols[1] = static_cast<std::byte>(first);
    HuffmanTable table;
    ASSERT_TRUE(table.build(codes.counts, symbols, false));
    PairTable pairs;
    pairs.build(table);
    for (std::uint64_t at = 0; at < (std::uint64_t{1} << HuffmanTable::kPeekBits); ++at) {
      const std::uint64_t top = at << (64 - HuffmanTable::kPeekBits);
      const TwoSymbols expected = read_two(table, top);
      const PairTable::Entry entry = pairs.look_up(top);
      if (expected.count == 0) {
        EXPECT_EQ(entry.advance(), HuffmanTable::kUnfinished);
        EXPECT_FALSE(entry.ends_block());
        continue;
      }
      EXPECT_EQ(entry.word() & 63U, static_cast<unsigned>(expected.bits));
      EXPECT_EQ(entry.first_value(), expected.values[0]);
      EXPECT_EQ(entry.second_value(), expected.values[1]);
      EXPECT_EQ(entry.first_advance(), expected.advances[0]);
      EXPECT_EQ(entry.advance(), expected.advances[0] + expected.advances[1]);
      EXPECT_EQ(entry.ends_block(), entry.advance() >= HuffmanTable::kEndOfBlock);
    }
  }
}

TEST(RestartsTest, MarkersComeAfterEachIntervalAndTheirCodesInTurn) {
  Restarts none{0};
  Restarts restarts{3};
  for (int mcu = 0; mcu < 60; ++mcu) {
    EXPECT_FALSE(none.is_due());
    const bool is_due = restarts.is_due();
    EXPECT_EQ(is_due, mcu > 0 && mcu % 3 == 0) << mcu;
    if (is_due) {
      EXPECT_EQ(restarts.next_code(), kJpegRst0 + ((mcu / 3) - 1) % 8);
    }
  }
}

TEST(HuffmanTableTest, ExtendCoversBothSigns) {
  EXPECT_EQ(extend(0, 0), 0);
  EXPECT_EQ(extend(0, 1), -1);
  EXPECT_EQ(extend(1, 1), 1);
  EXPECT_EQ(extend(0, 3), -7);
  EXPECT_EQ(extend(3, 3), -4);
  EXPECT_EQ(extend(4, 3), 4);
  EXPECT_EQ(extend(0x7FFF, 15), 32767);
}

TEST(BitReaderTest, GivesTheBitsWithoutStuffing) {
  std::minstd_rand random{10};
  for (int round = 0; round < 200; ++round) {
    std::vector<std::byte> data;
    std::vector<bool> bits;
    for (std::size_t count = random() % 40; count > 0; --count) {
      const auto byte = static_cast<unsigned>(random() % 3 == 0 ? 0xFF : random() % 256);
      data.push_back(static_cast<std::byte>(byte));
      if (byte == 0xFF) {
        data.push_back(std::byte{0});
      }
      for (int bit = 7; bit >= 0; --bit) {
        bits.push_back(((byte >> static_cast<unsigned>(bit)) & 1U) != 0);
      }
    }
    data.push_back(std::byte{0xFF});
    data.push_back(std::byte{0xD9});
    BitReader reader{data};
    std::size_t at = 0;
    while (at < bits.size()) {
      reader.refill();
      const int count = 1 + static_cast<int>(random() % 31);
      unsigned expected = 0;
      for (int bit = 0; bit < count; ++bit) {
        const std::size_t place = at + static_cast<std::size_t>(bit);
        expected = expected * 2 + (place < bits.size() && bits[place] ? 1U : 0U);
      }
      ASSERT_EQ(first_bits(reader.top(), count), expected);
      reader.skip(static_cast<std::uint32_t>(count));
      at += static_cast<std::size_t>(count);
    }
    reader.refill();
    EXPECT_EQ(reader.overdrawn(), at > bits.size());
    EXPECT_EQ(reader.next_marker(), at == bits.size() ? 0xD9 : 0);
  }
}

}  // namespace
}  // namespace albumen
