// SPDX-License-Identifier: Apache-2.0
#include "infer/internal/dlib_reader.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/core.h>
#include <limits>

namespace albumen {
namespace {

// dlib writes 2 before a tensor, 1 before an alias (a shape into another tensor).
constexpr std::int64_t kTensorVersion = 2;
constexpr std::int64_t kAliasVersion = 1;

}  // namespace

std::unexpected<Error> DlibReader::corrupt(std::string_view what) const {
  return fail(ErrorCode::kCorrupt, fmt::format("dlib model, byte {}: {}", position_, what));
}

Result<std::span<const std::byte>> DlibReader::take(std::size_t count) {
  if (count > bytes_.size() - position_) {
    return fail(ErrorCode::kTruncated,
                fmt::format("dlib model: {} bytes wanted at byte {}, {} left", count, position_,
                            bytes_.size() - position_));
  }
  const auto taken = bytes_.subspan(position_, count);
  position_ += count;
  return taken;
}

Result<std::int64_t> DlibReader::integer() {
  const auto head = std::to_integer<unsigned>(TRY(take(1))[0]);
  const std::size_t count = head & 0x0FU;
  if (count < 1 || count > 8 || (head & 0x70U) != 0) {
    return corrupt("no integer");
  }
  std::uint64_t magnitude = 0;
  std::size_t shift = 0;
  for (const std::byte byte : TRY(take(count))) {
    magnitude |= std::to_integer<std::uint64_t>(byte) << shift;
    shift += 8;
  }
  if (magnitude > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return corrupt("an integer beyond 63 bits");
  }
  const auto value = static_cast<std::int64_t>(magnitude);
  return (head & 0x80U) != 0 ? -value : value;
}

Result<float> DlibReader::number() {
  const std::int64_t mantissa = TRY(integer());
  const std::int64_t exponent = TRY(integer());
  if (std::abs(exponent) > 256) {
    return corrupt("a number that is not finite");
  }
  const double value = std::ldexp(static_cast<double>(mantissa), static_cast<int>(exponent));
  if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
    return corrupt("a number beyond single precision");
  }
  return static_cast<float>(value);
}

Result<void> DlibReader::expect_integer(std::int64_t expected, std::string_view what) {
  const std::int64_t found = TRY(integer());
  if (found != expected) {
    return corrupt(fmt::format("{} is {}, not {}", what, found, expected));
  }
  return {};
}

Result<void> DlibReader::expect_string(std::string_view expected) {
  TRY(expect_integer(static_cast<std::int64_t>(expected.size()), "the length of a name"));
  const auto found = TRY(take(expected.size()));
  if (std::memcmp(found.data(), expected.data(), expected.size()) != 0) {
    return corrupt(fmt::format("\"{}\" does not stand here", expected));
  }
  return {};
}

Result<void> DlibReader::expect_shape(const DlibShape& shape) {
  TRY(expect_integer(shape.samples, "a tensor's first size"));
  TRY(expect_integer(shape.channels, "a tensor's second size"));
  TRY(expect_integer(shape.rows, "a tensor's third size"));
  return expect_integer(shape.columns, "a tensor's fourth size");
}

Result<std::vector<float>> DlibReader::tensor(const DlibShape& shape) {
  TRY(expect_integer(kTensorVersion, "a tensor's version"));
  TRY(expect_shape(shape));
  const auto count =
      static_cast<std::size_t>(shape.samples * shape.channels * shape.rows * shape.columns);
  const auto raw = TRY(take(count * sizeof(float)));
  std::vector<float> values(count);
  if (count > 0) {
    // Little-endian f32, as is every machine that albumen is built for.
    std::memcpy(values.data(), raw.data(), raw.size());
  }
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) {
    return corrupt("the tensor before holds a value that is not finite");
  }
  return values;
}

Result<void> DlibReader::expect_alias(const DlibShape& shape) {
  TRY(expect_integer(kAliasVersion, "an alias's version"));
  return expect_shape(shape);
}

Result<void> DlibReader::skip_booleans(int count) {
  for (int index = 0; index < count; ++index) {
    const auto value = std::to_integer<char>(TRY(take(1))[0]);
    if (value != '0' && value != '1') {
      return corrupt("no boolean");
    }
  }
  return {};
}

Result<void> DlibReader::skip_numbers(int count) {
  for (int index = 0; index < count; ++index) {
    TRY(number());
  }
  return {};
}

Result<void> DlibReader::expect_end() const {
  if (position_ != bytes_.size()) {
    return corrupt(fmt::format("{} bytes follow the last layer", bytes_.size() - position_));
  }
  return {};
}

}  // namespace albumen
