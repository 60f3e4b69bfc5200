// SPDX-License-Identifier: Apache-2.0
// The primitive coding of dlib's serialisation: integers, floats, strings, booleans, tensors.
// Nothing it reads is trusted; every expectation that fails names the byte where it failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace albumen {

/// Four sizes of a dlib tensor: samples, channels, rows, columns.
struct DlibShape {
  std::int64_t samples = 0;
  std::int64_t channels = 0;
  std::int64_t rows = 0;
  std::int64_t columns = 0;

  friend bool operator==(const DlibShape&, const DlibShape&) = default;
};

/// Reads from front to back. One thread; the bytes outlive it.
class DlibReader {
 public:
  explicit DlibReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  /// One byte (low nibble: number of bytes, 1..8; bit 7: negative) and that many bytes, little end
  /// first.
  Result<std::int64_t> integer();
  /// Mantissa and exponent, two integers: m * 2^e. Finite and at most 2^127.
  Result<float> number();

  Result<void> expect_integer(std::int64_t expected, std::string_view what);
  Result<void> expect_string(std::string_view expected);
  /// A tensor of exactly `shape`, all values finite.
  Result<std::vector<float>> tensor(const DlibShape& shape);
  Result<void> expect_alias(const DlibShape& shape);
  Result<void> skip_booleans(int count);
  Result<void> skip_numbers(int count);
  /// Nothing may be left.
  Result<void> expect_end() const;

 private:
  Result<std::span<const std::byte>> take(std::size_t count);
  Result<void> expect_shape(const DlibShape& shape);
  [[nodiscard]] std::unexpected<Error> corrupt(std::string_view what) const;

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
};

}  // namespace albumen
