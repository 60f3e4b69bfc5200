// SPDX-License-Identifier: Apache-2.0
// JPEG files rewritten from their coefficients, under a small budget. What comes out must be a JPEG
// that the decoder reads whole; the memory, no more than was predicted. Seeds are the decoder's.
#include "decode_harness.h"
#include "encode/byte_sink.h"
#include "encode/jpeg.h"

namespace {

using albumen::fuzzing::require;

void transcode_once(std::span<const std::byte> file, const albumen::JpegTranscodeOptions& options) {
  const auto need = albumen::jpeg_transcode_bytes(file);
  if (!need.has_value() || *need > albumen::fuzzing::kFuzzBudget) {
    return;
  }
  albumen::Budget budget{*need};
  albumen::MemorySink sink;
  {
    auto job = budget.try_reserve(albumen::MemoryTag::kOther, *need);
    require(job.has_value());
    const auto done = albumen::transcode_jpeg(file, options, sink, *job);
    if (!done.has_value()) {
      require(done.error().code != albumen::ErrorCode::kInternal);
      require(done.error().code != albumen::ErrorCode::kBudgetExceeded);
      return;
    }
  }
  require(budget.used() == albumen::Bytes{});
  albumen::Budget reading{albumen::kMiB * 64};
  const auto bytes = sink.bytes();
  const auto image = albumen::fuzzing::as_image(
      reading, {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  require(albumen::probe(image).has_value());
  albumen::fuzzing::decode_once(reading, image, 16, {});
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (size > kMostBytes) {
    return 0;
  }
  const std::span file{reinterpret_cast<const std::byte*>(data), size};
  const int quality = 1 + static_cast<int>(size % 100);
  transcode_once(file, {.quality = quality});
  transcode_once(file, {.quality = quality, .codes = albumen::JpegCodes::kOptimised});
  return 0;
}
