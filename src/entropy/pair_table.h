// SPDX-License-Identifier: Apache-2.0
// Two AC coefficients of a JPEG block in one table lookup, where the next bits hold two. Reading a
// scan is a chain: bits, look-up, shift, bits; its length is the time. Half of a photograph's
// coefficients come in such pairs. Tested by entropy_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "entropy/huffman_table.h"

namespace albumen {

class PairTable {
 public:
  /// What the next HuffmanTable::kPeekBits bits mean: a coefficient, and a second one or the end of
  /// the block where that fits too. Without a second it has the value 0 and the first one's place;
  /// an end that comes first is a second after a first of value 0 that does not advance.
  class Entry {
   public:
    Entry() = default;

    Entry(HuffmanTable::Entry first, HuffmanTable::Entry second)
        : word_((std::uint64_t{static_cast<std::uint16_t>(second.value())} << 48U) |
                (std::uint64_t{static_cast<std::uint16_t>(first.value())} << 32U) |
                ((first.advance() + second.advance()) << 16U) | (first.advance() << 8U) |
                static_cast<unsigned>(first.bits() + second.bits())) {}

    [[nodiscard]] int first_value() const { return static_cast<std::int16_t>(word_ >> 32U); }

    [[nodiscard]] int second_value() const {
      return static_cast<int>(static_cast<std::int64_t>(word_) >> 48U);
    }

    /// Positions to go on to the first.
    [[nodiscard]] unsigned first_advance() const {
      return static_cast<unsigned>(word_ >> 8U) & 0xFFU;
    }

    /// Positions to go on to the second; at least HuffmanTable::kEndOfBlock where that is the end,
    /// kUnfinished where not even the first fits.
    [[nodiscard]] unsigned advance() const { return static_cast<unsigned>(word_ >> 16U) & 0xFFU; }

    /// The second is the end of the block.
    [[nodiscard]] bool ends_block() const {
      return advance() >= HuffmanTable::kEndOfBlock && advance() != HuffmanTable::kUnfinished;
    }

    /// Its lowest six bits are the bits of all.
    [[nodiscard]] std::uint32_t word() const { return static_cast<std::uint32_t>(word_); }

   private:
    std::uint64_t word_ = HuffmanTable::kUnfinished << 16U;
  };

  /// REQUIRES: `table` is built, of an AC code.
  void build(const HuffmanTable& table);

  [[nodiscard]] Entry look_up(std::uint64_t next_bits_on_top) const {
    return entries_[static_cast<std::size_t>(next_bits_on_top >> (64 - HuffmanTable::kPeekBits))];
  }

 private:
  std::array<Entry, std::size_t{1} << HuffmanTable::kPeekBits> entries_;
};

}  // namespace albumen
