// SPDX-License-Identifier: Apache-2.0
// Exact neighbour search by brute force: all pairs of rows whose dot product reaches a limit. No
// index structure beats it at 128 dimensions and exactness, and it needs no n x n matrix: tiles of
// rows are multiplied in registers and only the hits are kept. Tested by pair_scan_test.cpp
// against three nested loops, on every SIMD target.
#pragma once

#include <cstdint>
#include <span>

#include "core/result.h"
#include "people/internal/fixed_point.h"
#include "people/internal/hit_list.h"

namespace albumen::people {

/// All pairs (row, column) with first_row <= row, column < row and dot >= least_dot.
/// REQUIRES: least_dot > 0. Errors: BudgetExceeded when the hits do not fit, Cancelled.
Result<HitList> scan_pairs(const FixedRows& rows, std::uint32_t first_row, std::int32_t least_dot,
                           const GroupingResources& resources);

/// All pairs of a row of `chosen` and any other row with dot >= least_dot; two chosen rows make two
/// pairs. In the hits, `row` is the chosen one and `column` may be larger. Same errors.
Result<HitList> scan_chosen(const FixedRows& rows, std::span<const std::uint32_t> chosen,
                            std::int32_t least_dot, const GroupingResources& resources);

/// Sum of a[i] * b[i], exact. The spans are whole rows of a RowPool, of equal dimension.
std::int64_t dot(std::span<const std::int16_t> a, std::span<const std::int16_t> b);
std::int64_t dot(std::span<const std::int32_t> a, std::span<const std::int16_t> b);
std::int64_t dot(std::span<const std::int32_t> a, std::span<const std::int32_t> b);

}  // namespace albumen::people
