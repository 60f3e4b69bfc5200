// SPDX-License-Identifier: Apache-2.0
// The bits of a JPEG scan: stuffed zeros (T.81, F.1.2.3) left out, zeros fed after a marker or the
// end. Tested by entropy_test.cpp.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace albumen {

/// The first `count` bits, 0..31, as a number.
constexpr unsigned first_bits(std::uint64_t top, int count) {
  // In two steps, because a shift by 64 is none.
  return static_cast<unsigned>((top >> 1U) >> (63U - static_cast<unsigned>(count)));
}

/// Any of the eight bytes is 0xFF, where a marker begins or a stuffed zero follows.
constexpr bool has_marker_byte(std::uint64_t eight) {
  // Its complement has a zero byte.
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x8080808080808080;
  return ((~eight - kOnes) & eight & kHighBits) != 0;
}

class BitReader {
 public:
  /// Bits that `refill` makes available at least.
  static constexpr std::uint32_t kRefilled = 56;

  explicit BitReader(std::span<const std::byte> data)
      : next_(reinterpret_cast<const std::uint8_t*>(data.data())), end_(next_ + data.size()) {}

  /// Makes at least kRefilled bits available.
  void refill() {
    if (end_ - next_ >= 8) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, next_, sizeof(eight));
      if constexpr (std::endian::native == std::endian::little) {
        eight = __builtin_bswap64(eight);
      }
      if (!has_marker_byte(eight)) {
        // Bits below the counted ones are those of the bytes that follow, so setting them again
        // changes nothing.
        bits_ |= eight >> (count_ & kCountMask);
        next_ += (~count_ & kCountMask) >> 3U;  // whole bytes that fit into 63 bits
        count_ |= kRefilled;
        return;
      }
    }
    // On a copy: a reader whose address is never given away stays in registers.
    BitReader copy = *this;
    copy.fill_by_bytes();
    *this = copy;
  }

  /// The next bits, the first on top.
  [[nodiscard]] std::uint64_t top() const { return bits_; }

  /// Drops as many bits as the lowest six of `count` say; the rest of it may be anything.
  /// REQUIRES: no more than kRefilled bits in all since the last refill.
  void skip(std::uint32_t count) {
    bits_ <<= count & kCountMask;
    count_ -= count;
  }

  /// More bits were taken than there are.
  [[nodiscard]] bool overdrawn() const { return left() < padding_; }

  /// Ends a run of MCUs: drops what is left of the last byte and steps over the marker, whose code
  /// it returns. 0 when more than a byte is left or there is no marker.
  std::uint8_t next_marker() {
    refill();
    if (overdrawn() || left() - padding_ >= 8 || end_ - next_ < 2 || next_[0] != kMarker) {
      return 0;
    }
    const std::uint8_t code = next_[1];
    next_ += 2;
    bits_ = 0;
    count_ = 0;
    padding_ = 0;
    return code;
  }

 private:
  static constexpr std::uint32_t kCountMask = 63;
  static constexpr std::uint8_t kMarker = 0xFF;

  [[nodiscard]] std::uint32_t left() const { return count_ & kCountMask; }

  [[gnu::noinline]] void fill_by_bytes() {
    for (count_ = left(); count_ < kRefilled; count_ += 8) {
      unsigned byte = 0;
      if (next_ < end_ && (*next_ != kMarker || (end_ - next_ >= 2 && next_[1] == 0))) {
        byte = *next_;
        next_ += byte == kMarker ? 2 : 1;
      } else {
        padding_ += 8;
      }
      bits_ |= std::uint64_t{byte} << (56 - count_);
    }
  }

  const std::uint8_t* next_;
  const std::uint8_t* end_;
  std::uint64_t bits_ = 0;  // the next bit is the highest
  // Bits that may be taken, padding among them: in the lowest six bits, below rubbish.
  std::uint32_t count_ = 0;
  std::uint32_t padding_ = 0;  // of those, zeros after the data's end
};

}  // namespace albumen
