// SPDX-License-Identifier: Apache-2.0
// Face vectors as 16-bit fixed point. Integer sums are associative, so every sum and every mean
// distance is exact and the same whatever the order, the number of threads or the SIMD target.
#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "people/face_set.h"
#include "people/internal/row_pool.h"

namespace albumen::people {

/// 1.0 in fixed point. A dot product of two unit vectors is at most about kOne * kOne < 2^30 and
/// every partial sum of it is bounded by the same (Cauchy-Schwarz), so 32 bits hold it.
inline constexpr std::int64_t kOne = 32767;

inline constexpr std::size_t kLargestDimension = 4096;

using FixedRows = RowPool<std::int16_t>;

/// Counts agree, the dimension is legal, exactly one kind of vector is there.
Result<void> check_shape(const FaceSet& faces);

/// Normalises face `index` in double precision and rounds it into `out` (zero beyond the
/// dimension). Error: InvalidArgument for values that are not finite or a length that is off.
Result<void> to_fixed(const FaceSet& faces, std::size_t index, std::span<std::int16_t> out);

/// Face `index` as unit doubles: what the fixed rows approximate. Same errors.
Result<void> to_unit(const FaceSet& faces, std::size_t index, std::span<double> out);

/// How far dot(fixed a, fixed b) / kOne^2 can be from dot(unit a, unit b): rounding moves a vector
/// by at most e = sqrt(d) / 2 / kOne, hence 2 e + e^2.
double largest_dot_error(std::size_t dimension);

}  // namespace albumen::people
