// SPDX-License-Identifier: Apache-2.0
// A JPEG Huffman code (T.81, annexes C and F.2.2.3) as one table lookup: the next bits of the scan
// tell run, length and, where it is short, the coefficient itself. Tested by
// entropy_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace albumen {

class HuffmanTable {
 public:
  /// Bits looked at together. 2^11 entries: the tables of a scan stay in a first-level cache, and
  /// most coefficients of a photograph fit whole.
  static constexpr int kPeekBits = 11;
  static constexpr int kLongestCode = 16;

  /// What an entry's `advance` says at the end of a block, and where there is more to find out:
  /// more than any position, so that one comparison tells the usual from the rest.
  static constexpr unsigned kEndOfBlock = 128;
  static constexpr unsigned kUnfinished = 255;

  /// What the next kPeekBits bits mean, in one word: it is loaded once, and a shift by the whole
  /// word is a shift by its `bits`, which are lowest.
  class Entry {
   public:
    Entry() = default;

    Entry(int value, unsigned advance, int bits)
        : word_((static_cast<std::uint32_t>(value) << 16U) | (advance << 8U) |
                static_cast<std::uint32_t>(bits)) {}

    /// The coefficient; with `bits` 0 code length * 256 + symbol, or 0 where the code is longer.
    [[nodiscard]] int value() const { return static_cast<std::int32_t>(word_) >> 16; }

    /// Positions to go on.
    [[nodiscard]] unsigned advance() const { return (word_ >> 8U) & 0xFFU; }

    /// Of code and coefficient together; 0: they do not fit.
    [[nodiscard]] int bits() const { return static_cast<int>(word_ & 0xFFU); }

    [[nodiscard]] std::uint32_t word() const { return word_; }

   private:
    std::uint32_t word_ = kUnfinished << 8U;
  };

  /// `counts`: of codes of 1..16 bits. `symbols` in the order of their codes. What a symbol means
  /// differs: `is_dc` says which. False when these are no code, or one that a baseline picture
  /// cannot use.
  bool build(std::span<const std::byte> counts, std::span<const std::byte> symbols, bool is_dc);

  [[nodiscard]] bool is_built() const { return built_; }

  [[nodiscard]] Entry look_up(std::uint64_t next_bits_on_top) const {
    return entries_[static_cast<std::size_t>(next_bits_on_top >> (64 - kPeekBits))];
  }

  /// A code that is longer than kPeekBits.
  struct LongCode {
    int bits = 0;  ///< 0: no code begins like this
    std::uint8_t symbol = 0;
  };

  [[nodiscard]] LongCode find_long(std::uint64_t next_bits_on_top) const;

 private:
  void enter(std::uint32_t code, int bits, std::uint8_t symbol, bool is_dc);

  std::array<Entry, std::size_t{1} << kPeekBits> entries_;
  // Of each code length: the first code that is too large for it, aligned to the top of 16 bits,
  // and where its symbols begin.
  std::array<std::uint32_t, kLongestCode + 2> limits_;
  std::array<std::int32_t, kLongestCode + 1> offsets_;
  std::array<std::uint8_t, 256> symbols_;
  bool built_ = false;
};

/// What a symbol means: the low half is the size of the coefficient in bits, the high half of an AC
/// symbol the run of zeros before it.
constexpr int size_of(std::uint8_t symbol, bool is_dc) { return is_dc ? symbol : symbol & 0x0F; }

/// Positions from the last coefficient to this one. A run without a coefficient is 16 zeros or the
/// end of the block; what only progressive scans define is read as an end, as libjpeg does.
constexpr unsigned advance_of(std::uint8_t symbol) {
  constexpr std::uint8_t kSixteenZeros = 0xF0;
  const bool goes_on = (symbol & 0x0F) != 0 || symbol == kSixteenZeros;
  return goes_on ? (symbol >> 4U) + 1U : HuffmanTable::kEndOfBlock;
}

/// The number that `bits` bits mean behind a symbol (T.81, F.2.2.1, EXTEND).
constexpr int extend(unsigned raw, int bits) {
  if (bits == 0) {
    return 0;
  }
  const int value = static_cast<int>(raw);
  return value < (1 << (bits - 1)) ? value - (1 << bits) + 1 : value;
}

}  // namespace albumen
