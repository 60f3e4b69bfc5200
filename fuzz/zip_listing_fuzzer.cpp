// SPDX-License-Identifier: Apache-2.0
// The input is a ZIP archive, or claims to be one: see listing_harness.h.

#include <cstddef>
#include <cstdint>
#include <span>

#include "listing_harness.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  albumen::fuzzing::list_and_read(std::as_bytes(std::span{data, size}));
  return 0;
}
