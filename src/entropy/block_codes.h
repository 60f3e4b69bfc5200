// SPDX-License-Identifier: Apache-2.0
// What the blocks of one component of a scan are read with. Tested by entropy_test.cpp.
#pragma once

#include "entropy/huffman_table.h"
#include "entropy/pair_table.h"

namespace albumen {

inline constexpr unsigned kLastPosition = 63;  ///< in a block, in the order of the scan

/// All are built and outlive the scan.
struct BlockCodes {
  const HuffmanTable* dc = nullptr;
  const HuffmanTable* ac = nullptr;
  const PairTable* pairs = nullptr;  ///< of `ac`
};

}  // namespace albumen
