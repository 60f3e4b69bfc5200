// SPDX-License-Identifier: Apache-2.0
// The reader of dlib's serialised net. A whole file has 22 MB; inputs reach the first layers, and
// every primitive of the coding is among them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "infer/dlib_weights.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto net = albumen::read_dlib_net(std::as_bytes(std::span(data, size)));
  if (net.has_value() && net->blocks.size() != 14) {
    std::abort();
  }
  return 0;
}
