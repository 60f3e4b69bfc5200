// SPDX-License-Identifier: Apache-2.0
// Bits of a deflate stream (RFC 1951, section 3.1.1: from the lowest bit of a byte up), 64 at a
// time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/check.h"

namespace albumen {

/// Writes into memory that its user made large enough; each `flush` may touch kSlack bytes behind
/// what it writes.
class BitWriter {
 public:
  static constexpr int kSlack = 8;
  /// Bits that may be put between two flushes.
  static constexpr int kBitsBetweenFlushes = 56;

  explicit BitWriter(std::uint8_t* out) : begin_(out), next_(out) {}

  /// The lowest `count` bits of `bits`; those above are zero.
  void put(std::uint64_t bits, unsigned count) {
    held_ |= bits << count_;
    count_ += count;
    ALBUMEN_DCHECK(count_ < 64);
  }

  void flush() {
    // A little-endian store; the compiler makes it one instruction.
    std::uint64_t word = held_;
    if constexpr (std::endian::native == std::endian::big) {
      word = __builtin_bswap64(word);
    }
    std::memcpy(next_, &word, sizeof(word));
    next_ += count_ >> 3U;
    held_ >>= count_ & 0x38U;
    count_ &= 7U;
  }

  /// Fills the last byte with zeros.
  void align_to_byte() {
    count_ = (count_ + 7U) & ~7U;
    flush();
  }

  /// REQUIRES: aligned to a byte and flushed.
  void put_bytes(const std::uint8_t* bytes, std::size_t size) {
    std::memcpy(next_, bytes, size);
    next_ += size;
  }

  /// Whole bytes so far. Up to 7 bits may still be held.
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(next_ - begin_); }

  /// Goes on at the start of the memory, with the bits that are held.
  void rewind() { next_ = begin_; }

  /// Bits that wait for their byte to be full, after a flush.
  [[nodiscard]] unsigned held_bits() const { return count_; }

 private:
  std::uint8_t* begin_;
  std::uint8_t* next_;
  std::uint64_t held_ = 0;
  unsigned count_ = 0;
};

}  // namespace albumen
