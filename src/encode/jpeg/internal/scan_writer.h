// SPDX-License-Identifier: Apache-2.0
// The bits of a JPEG scan (ITU-T T.81, F.1.2) into memory. Tested by ../transcode_test.cpp.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "entropy/bit_reader.h"

namespace albumen {

/// A Huffman code to write with.
class ScanCode {
 public:
  ScanCode() = default;

  /// `counts`: of codes of 1..16 bits. `symbols` in the order of their codes. REQUIRES: these are a
  /// code.
  ScanCode(std::span<const std::uint8_t, 16> counts, std::span<const std::uint8_t> symbols) {
    std::uint32_t code = 0;
    std::size_t next = 0;
    for (unsigned bits = 1; bits <= counts.size(); ++bits, code <<= 1U) {
      for (unsigned at = 0; at < counts[bits - 1]; ++at, ++code, ++next) {
        words_[symbols[next]] = {.bits = static_cast<std::uint16_t>(code),
                                 .count = static_cast<std::uint16_t>(bits)};
      }
    }
  }

  struct Word {
    std::uint16_t bits = 0;
    std::uint16_t count = 0;
  };

  [[nodiscard]] Word word(unsigned symbol) const { return words_[symbol]; }

 private:
  std::array<Word, 256> words_{};
};

/// Writes into memory that its user made large enough. One code word is put without a branch; the
/// zeros behind 0xFF (T.81, F.1.2.3) are put in later, block by block, where few blocks need any.
class ScanWriter {
 public:
  /// Bytes behind the last that may be touched.
  static constexpr std::size_t kSlack = 8;

  explicit ScanWriter(std::uint8_t* out) : settled_(out), next_(out) {}

  /// A code word with `size` (0..15) bits of `value` behind it; those above are zero.
  void put(ScanCode::Word word, std::uint32_t value, unsigned size) {
    put((std::uint32_t{word.bits} << size) | value, word.count + size);
  }

  void put(ScanCode::Word word) { put(word.bits, word.count); }

  /// Stuffs what was put since the last time.
  void settle() {
    bool any = false;
    for (const std::uint8_t* at = settled_; at < next_; at += sizeof(std::uint64_t)) {
      // Up to seven of them are not written yet, or not at all: at worst it stuffs for nothing.
      std::uint64_t eight = 0;
      std::memcpy(&eight, at, sizeof(eight));
      any = any || has_marker_byte(eight);
    }
    if (any) [[unlikely]] {
      stuff();
    }
    settled_ = next_;
  }

  /// Fills the last byte with ones, and settles.
  void finish() {
    const unsigned more = (8 - held_count_) % 8;
    put((1U << more) - 1, more);
    settle();
  }

  /// One behind the last whole byte.
  [[nodiscard]] std::uint8_t* next() const { return next_; }

 private:
  // The lowest `count` (0..31) of `bits`; those above are zero.
  void put(std::uint32_t bits, unsigned count) {
    held_ = (held_ << count) | bits;
    held_count_ += count;
    // In two steps, because a shift by 64 is none.
    std::uint64_t top = (held_ << 1U) << (63U - held_count_);
    if constexpr (std::endian::native == std::endian::little) {
      top = __builtin_bswap64(top);
    }
    std::memcpy(next_, &top, sizeof(top));
    next_ += held_count_ >> 3U;
    held_count_ &= 7U;
  }

  [[gnu::noinline]] void stuff() {
    const auto count = std::count(settled_, next_, std::uint8_t{0xFF});
    std::uint8_t* to = next_ + count;
    const std::uint8_t* from = next_;
    next_ = to;
    while (from != settled_) {
      const std::uint8_t byte = *--from;
      if (byte == 0xFF) {
        *--to = 0;
      }
      *--to = byte;
    }
  }

  std::uint8_t* settled_;  // up to here everything is stuffed
  std::uint8_t* next_;
  std::uint64_t held_ = 0;  // the last bit is the lowest; only held_count_ of them mean anything
  unsigned held_count_ = 0;
};

}  // namespace albumen
