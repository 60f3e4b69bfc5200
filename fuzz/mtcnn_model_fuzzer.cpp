// SPDX-License-Identifier: Apache-2.0
// The readers of MTCNN's weight files. The first byte chooses the net and whether an LZ4 frame
// stands around the dump.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "infer/mtcnn_weights.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using albumen::MtcnnNet;
  if (size == 0) {
    return 0;
  }
  const auto bytes = std::as_bytes(std::span(data, size)).subspan(1);
  const auto net = static_cast<MtcnnNet>(data[0] / 2 % 3);
  const auto arrays = data[0] % 2 == 0 ? albumen::read_mtcnn_weights(bytes, net)
                                       : albumen::read_mtcnn_dump(bytes, net);
  // What was read is whole: nobody behind the reader checks again.
  constexpr std::size_t kArrays[] = {13, 16, 21};
  if (arrays.has_value() && arrays->size() != kArrays[data[0] / 2 % 3]) {
    std::abort();
  }
  return 0;
}
