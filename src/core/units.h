// SPDX-License-Identifier: Apache-2.0
// Quantities that must not be mixed up: bytes and pixels. Arithmetic saturates, because
// sums of sizes that a hostile header claims must not wrap around. Tested by units_test.cpp.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace albumen {

/// An amount of memory or file, never negative. Sums and products stop at the largest value,
/// differences at zero: a saturated amount is simply refused by every limit.
class Bytes {
 public:
  constexpr Bytes() = default;

  constexpr explicit Bytes(std::uint64_t count) : count_(count) {}

  [[nodiscard]] constexpr std::uint64_t count() const { return count_; }

  friend constexpr auto operator<=>(Bytes, Bytes) = default;

  friend constexpr Bytes operator+(Bytes a, Bytes b) {
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a.count_, b.count_, &sum) ? max() : Bytes{sum};
  }

  friend constexpr Bytes operator-(Bytes a, Bytes b) {
    return a.count_ > b.count_ ? Bytes{a.count_ - b.count_} : Bytes{};
  }

  friend constexpr Bytes operator*(Bytes a, std::uint64_t factor) {
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a.count_, factor, &product) ? max() : Bytes{product};
  }

  friend constexpr Bytes operator/(Bytes a, std::uint64_t divisor) {
    return Bytes{a.count_ / divisor};
  }

  constexpr Bytes& operator+=(Bytes other) { return *this = *this + other; }

  constexpr Bytes& operator-=(Bytes other) { return *this = *this - other; }

  static constexpr Bytes max() { return Bytes{std::numeric_limits<std::uint64_t>::max()}; }

 private:
  std::uint64_t count_ = 0;
};

constexpr Bytes kKiB{1024};
constexpr Bytes kMiB{1024 * kKiB.count()};
constexpr Bytes kGiB{1024 * kMiB.count()};

/// "1.5 MiB", "312 B": three significant digits, binary units.
std::string to_string(Bytes bytes);

/// A number of pixels. 65,535 x 65,535 fits 64 bits with room for 4 bytes each.
class PixelCount {
 public:
  constexpr PixelCount() = default;

  constexpr explicit PixelCount(std::uint64_t count) : count_(count) {}

  [[nodiscard]] constexpr std::uint64_t count() const { return count_; }

  /// The memory of that many pixels of `channels` bytes each.
  [[nodiscard]] constexpr Bytes bytes(std::uint64_t channels) const {
    return Bytes{count_} * channels;
  }

  friend constexpr auto operator<=>(PixelCount, PixelCount) = default;

 private:
  std::uint64_t count_ = 0;
};

}  // namespace albumen
