// SPDX-License-Identifier: Apache-2.0
// EXIF blocks made upright: what comes out says upright to our own reader, is no longer than what
// went in, and is upright already. Seeds are the reader's.
#include <algorithm>

#include "decode/metadata/exif.h"
#include "decode_harness.h"
#include "encode/exif.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using albumen::fuzzing::require;
  constexpr albumen::Size kSize{.width = 640, .height = 480};
  const std::span block{reinterpret_cast<const std::byte*>(data), size};
  const auto upright = albumen::upright_exif(block, kSize);
  require(upright.size() <= size);
  if (!upright.empty()) {
    const albumen::Metadata metadata = albumen::parse_exif(upright);
    require(metadata.orientation == albumen::Orientation::kUpright);
    require(std::ranges::equal(albumen::upright_exif(upright, kSize), upright));
  }
  return 0;
}
