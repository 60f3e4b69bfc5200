// SPDX-License-Identifier: Apache-2.0
// Files of boxes, for the EXIF in them: what is found lies in the file. Seeds in corpus/boxes.
#include "decode/metadata/boxes.h"
#include "decode_harness.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using albumen::fuzzing::require;
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (size > kMostBytes) {
    return 0;
  }
  const std::span file{reinterpret_cast<const std::byte*>(data), size};
  const auto block = albumen::find_exif_in_boxes(file);
  require(block.empty() || (block.data() >= file.data() &&
                            block.data() + block.size() <= file.data() + file.size()));
  albumen::Budget budget{albumen::fuzzing::kFuzzBudget};
  require(read_metadata(albumen::fuzzing::as_image(budget, {data, size})).has_value());
  return 0;
}
