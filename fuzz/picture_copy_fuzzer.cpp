// SPDX-License-Identifier: Apache-2.0
// Pictures copied without what stands beside their pixels. A copy is a file of the same size with
// no metadata, and its own copy.
#include <algorithm>

#include "decode/metadata.h"
#include "decode_harness.h"
#include "encode/byte_sink.h"
#include "encode/picture_copy.h"

namespace {

using albumen::fuzzing::require;

std::span<const std::uint8_t> as_numbers(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

void check_copy(std::span<const std::byte> file, std::span<const std::byte> copy) {
  albumen::MemorySink again;
  require(albumen::copy_picture(copy, albumen::CopiedParts::kPicture, again).has_value());
  require(std::ranges::equal(again.bytes(), copy));
  albumen::Budget budget{albumen::kMiB * 64};
  const auto before = albumen::fuzzing::as_image(budget, as_numbers(file));
  const auto after = albumen::fuzzing::as_image(budget, as_numbers(copy));
  const auto metadata = albumen::read_metadata(after);
  require(metadata.has_value() && *metadata == albumen::Metadata{});
  const auto info = albumen::probe(before);
  if (info.has_value()) {
    const auto copied = albumen::probe(after);
    require(copied.has_value() && copied->stored_size == info->stored_size);
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (size > kMostBytes) {
    return 0;
  }
  const std::span file{reinterpret_cast<const std::byte*>(data), size};
  albumen::MemorySink sink;
  if (albumen::copy_picture(file, albumen::CopiedParts::kPicture, sink).has_value()) {
    require(sink.bytes().size() <= file.size());
    check_copy(file, sink.bytes());
  }
  albumen::MemorySink whole;
  if (albumen::copy_picture(file, albumen::CopiedParts::kEverything, whole).has_value()) {
    require(std::ranges::equal(whole.bytes(), file));
  }
  return 0;
}
