// SPDX-License-Identifier: Apache-2.0
// The input is a tar archive, or claims to be one: see listing_harness.h. Once as it stands, and
// once with a right checksum in every block: hardly any mutation leaves one right.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fmt/core.h>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "listing_harness.h"

namespace {

constexpr std::size_t kBlockBytes = 512;
constexpr std::size_t kChecksumOffset = 148;
constexpr std::size_t kChecksumBytes = 8;

void correct_checksum(std::span<std::uint8_t> block) {
  const auto field = block.subspan(kChecksumOffset, kChecksumBytes);
  std::ranges::fill(field, std::uint8_t{' '});
  const std::string digits = fmt::format("{:06o}", std::accumulate(block.begin(), block.end(), 0U));
  std::ranges::copy(digits, field.begin());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span input{data, size};
  albumen::fuzzing::list_and_read(std::as_bytes(input));
  std::vector<std::uint8_t> corrected(input.begin(), input.end());
  for (std::size_t begin = 0; begin + kBlockBytes <= size; begin += kBlockBytes) {
    const auto block = std::span{corrected}.subspan(begin, kBlockBytes);
    if (std::ranges::any_of(block, [](std::uint8_t byte) { return byte != 0; })) {
      correct_checksum(block);
    }
  }
  albumen::fuzzing::list_and_read(std::as_bytes(std::span{corrected}));
  return 0;
}
