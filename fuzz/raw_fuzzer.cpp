// SPDX-License-Identifier: Apache-2.0
// RAW files of cameras through the walk that finds their JPEG, and that through the decoder; seeds
// in corpus/raw.
#include "decode/colour.h"
#include "decode_harness.h"

namespace {

// What is shown lies in the file.
void check_place(std::span<const std::uint8_t> data) {
  albumen::Budget budget{albumen::fuzzing::kFuzzBudget};
  const auto image = albumen::fuzzing::as_image(budget, data);
  const auto info = probe(image);
  if (info.has_value() && info->type == albumen::ContentType::kRaw) {
    const auto [offset, size] = info->embedded;
    albumen::fuzzing::require(size > 0 && offset <= data.size() && size <= data.size() - offset);
  }
  (void)read_colour(image);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (size <= kMostBytes) {
    check_place({data, size});
    albumen::fuzzing::decode_picture({data, size});
  }
  return 0;
}
