// SPDX-License-Identifier: Apache-2.0
// Length-limited prefix codes in deflate's canonical order (RFC 1951, section 3.2.2).
// Tested by prefix_code_test.cpp.
#pragma once

#include <cstdint>
#include <span>

namespace albumen {

/// Code lengths for symbols that occur `counts[i]` times; 0 for those that do not occur. The code
/// is complete: with fewer than two symbols in use, others get a length of 1 so that any decoder
/// takes it. REQUIRES: equal lengths, 2 to 288; `limit` bits are enough for them, at most 15; the
/// sum of the counts is below 2^32.
void choose_code_lengths(std::span<const std::uint32_t> counts, unsigned limit,
                         std::span<std::uint8_t> lengths);

/// The codes of these lengths, their first bit lowest, as the bit writer wants them.
void assign_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes);

}  // namespace albumen
