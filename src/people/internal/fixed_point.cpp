// SPDX-License-Identifier: Apache-2.0
#include "people/internal/fixed_point.h"

#include <array>
#include <bit>
#include <cmath>
#include <fmt/format.h>

#include "files/face_id.h"

namespace albumen::people {
namespace {

double from_half(std::uint16_t half) {
  const std::uint32_t exponent = (half >> 10U) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  const double sign = (half & 0x8000U) != 0 ? -1.0 : 1.0;
  if (exponent == 0x1FU) {
    return std::nan("");  // infinities are as wrong in a unit vector
  }
  if (exponent == 0) {
    return sign * std::ldexp(static_cast<double>(mantissa), -24);
  }
  return sign * std::ldexp(static_cast<double>(mantissa + 0x400U), static_cast<int>(exponent) - 25);
}

double value_at(const FaceSet& faces, std::size_t position) {
  return faces.f32.empty() ? from_half(faces.f16[position])
                           : static_cast<double>(faces.f32[position]);
}

}  // namespace

Result<void> check_shape(const FaceSet& faces) {
  if (faces.dimension == 0 || faces.dimension > kLargestDimension) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("face vectors of dimension {} (allowed: 1 to {})", faces.dimension,
                            kLargestDimension));
  }
  if (!faces.f32.empty() && !faces.f16.empty()) {
    return fail(ErrorCode::kInvalidArgument, "face vectors given both as f32 and as f16");
  }
  const std::size_t values = faces.f32.size() + faces.f16.size();
  // Division, not multiplication: a count that lies cannot overflow.
  if (values / faces.dimension != faces.keys.size() || values % faces.dimension != 0) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} faces of dimension {} come with {} values", faces.keys.size(),
                            faces.dimension, values));
  }
  constexpr std::size_t kMostFaces = 0x7FFF'FFFF;  // the top bit of a node id has another use
  if (faces.keys.size() > kMostFaces) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} faces (limit {})", faces.keys.size(), kMostFaces));
  }
  return {};
}

Result<void> to_unit(const FaceSet& faces, std::size_t index, std::span<double> out) {
  const std::size_t start = index * faces.dimension;
  double squares = 0;
  for (std::size_t i = 0; i < faces.dimension; ++i) {
    const double value = value_at(faces, start + i);
    out[i] = value;
    squares += value * value;
  }
  constexpr double kTolerance = 0.01;
  const double length = std::sqrt(squares);
  if (!(std::abs(length - 1.0) <= kTolerance)) {  // also catches NaN
    return fail(ErrorCode::kInvalidArgument, fmt::format("face {} has a vector of length {}, not 1",
                                                         to_string(faces.keys[index]), length));
  }
  for (std::size_t i = 0; i < faces.dimension; ++i) {
    out[i] /= length;
  }
  return {};
}

Result<void> to_fixed(const FaceSet& faces, std::size_t index, std::span<std::int16_t> out) {
  std::array<double, kLargestDimension> unit;  // NOLINT: filled up to the dimension, then read
  TRY(to_unit(faces, index, unit));
  for (std::size_t i = 0; i < faces.dimension; ++i) {
    // Rounds half up; the shift keeps the truncated number positive.
    constexpr int kShift = 1 << 15;
    const double scaled = unit[i] * static_cast<double>(kOne) + kShift + 0.5;
    out[i] = static_cast<std::int16_t>(static_cast<int>(scaled) - kShift);
  }
  return {};
}

double largest_dot_error(std::size_t dimension) {
  const double shift = std::sqrt(static_cast<double>(dimension)) / 2 / static_cast<double>(kOne);
  return 2 * shift + shift * shift;
}

}  // namespace albumen::people
