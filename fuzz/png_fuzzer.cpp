// SPDX-License-Identifier: Apache-2.0
// PNG files through the decoder; seeds in corpus/png.
#include "decode_harness.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  albumen::fuzzing::decode_picture({data, size});
  return 0;
}
