// SPDX-License-Identifier: Apache-2.0
// IEEE 754 binary16, the form in which vectors are stored: half the bytes, and a unit vector's
// cosines move by less than 1e-3. Tested by half_float_test.cpp.
#pragma once

#include <cstdint>

namespace albumen {

/// The bits of a binary16.
using Half = std::uint16_t;

/// Rounds to nearest, ties to even; too large becomes infinity, NaN stays NaN.
Half to_half(float value);

/// Exact.
float from_half(Half half);

}  // namespace albumen
