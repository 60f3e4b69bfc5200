// SPDX-License-Identifier: Apache-2.0
#include "people/internal/fixed_point.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

#include "files/face_id.h"

namespace albumen::people {
namespace {

// Exact, and without branches. Infinities and NaN become numbers above 65504, which no vector of
// unit length has.
float from_half(std::uint16_t half) {
  constexpr std::uint32_t kSmallestNormal = 0x400;
  constexpr std::uint32_t kBiasDifference = 127 - 15;
  const std::uint32_t magnitude = half & 0x7FFFU;
  const std::uint32_t sign = (half & 0x8000U) << 16U;
  const std::uint32_t normal = (magnitude << 13U) + (kBiasDifference << 23U);
  const float subnormal = static_cast<float>(static_cast<std::int32_t>(magnitude)) * 0x1p-24F;
  const std::uint32_t bits =
      magnitude < kSmallestNormal ? std::bit_cast<std::uint32_t>(subnormal) : normal;
  return std::bit_cast<float>(bits | sign);
}

// One face's values, and their length.
struct Vector {
  std::array<float, kLargestDimension> values;  // NOLINT: filled up to the dimension, then read
  double length = 0;
};

void read_vector(const FaceSet& faces, std::size_t index, Vector& out) {
  const std::size_t start = index * faces.dimension;
  if (faces.f32.empty()) {
    const std::uint16_t* const halves = faces.f16.data() + start;
    for (std::size_t i = 0; i < faces.dimension; ++i) {
      out.values[i] = from_half(halves[i]);
    }
  } else {
    std::ranges::copy(faces.f32.subspan(start, faces.dimension), out.values.begin());
  }
  // In lanes, so that the compiler may use vectors.
  constexpr std::size_t kLanes = 8;
  const std::size_t end = (faces.dimension + kLanes - 1) / kLanes * kLanes;
  std::fill(out.values.begin() + static_cast<std::ptrdiff_t>(faces.dimension),
            out.values.begin() + static_cast<std::ptrdiff_t>(end), 0.0F);
  std::array<double, kLanes> squares{};
  for (std::size_t i = 0; i < end; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double value = out.values[i + lane];
      squares[lane] += value * value;
    }
  }
  out.length = std::sqrt(std::accumulate(squares.begin(), squares.end(), 0.0));
}

Result<void> check_length(const FaceSet& faces, std::size_t index, const Vector& vector) {
  constexpr double kTolerance = 0.01;
  if (!(std::abs(vector.length - 1.0) <= kTolerance)) {  // also catches NaN
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("face {} has a vector of length {}, not 1",
                            to_string(faces.keys[index]), vector.length));
  }
  return {};
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
  Vector vector;
  read_vector(faces, index, vector);
  TRY(check_length(faces, index, vector));
  for (std::size_t i = 0; i < faces.dimension; ++i) {
    out[i] = vector.values[i] / vector.length;
  }
  return {};
}

Result<void> to_fixed(const FaceSet& faces, std::size_t index, std::span<std::int16_t> out) {
  Vector vector;
  read_vector(faces, index, vector);
  TRY(check_length(faces, index, vector));
  const double scale = static_cast<double>(kOne) / vector.length;
  for (std::size_t i = 0; i < faces.dimension; ++i) {
    // Rounds half up; the shift keeps the truncated number positive.
    constexpr int kShift = 1 << 15;
    const double scaled = vector.values[i] * scale + kShift + 0.5;
    out[i] = static_cast<std::int16_t>(static_cast<int>(scaled) - kShift);
  }
  return {};
}

double largest_dot_error(std::size_t dimension) {
  const double shift = std::sqrt(static_cast<double>(dimension)) / 2 / static_cast<double>(kOne);
  return 2 * shift + shift * shift;
}

}  // namespace albumen::people
