// SPDX-License-Identifier: Apache-2.0
// What KnownFiles can hold, for those who fill one.
#pragma once

#include <cstddef>

namespace albumen::store {

/// Longest last name of a path, and longest member: KnownFiles keeps their lengths in 16 bits.
inline constexpr std::size_t kMaxKnownName = 65'535;

}  // namespace albumen::store
