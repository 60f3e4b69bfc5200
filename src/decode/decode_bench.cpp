// SPDX-License-Identifier: Apache-2.0
// A 12-megapixel JPEG at each DCT scale. The third argument of each run is 1 for progressive.
#include <benchmark/benchmark.h>
#include <map>

#include "decode/identity.h"
#include "decode/testing/decode_all.h"

namespace albumen {
namespace {

constexpr Size kPhoneSize{.width = 4032, .height = 3024};

const testing::EncodedBytes& phone_photo(bool progressive) {
  static std::map<bool, testing::EncodedBytes> photos;
  auto& bytes = photos[progressive];
  if (bytes.empty()) {
    bytes = encode_jpeg(testing::photo_like(kPhoneSize, 3, 1),
                        {.quality = 92,
                         .script = progressive ? testing::JpegScript::kProgressive
                                               : testing::JpegScript::kBaseline});
  }
  return bytes;
}

void decode_jpeg_at(benchmark::State& state) {
  testing::TestDecode decode{phone_photo(state.range(1) != 0)};
  const auto side = kPhoneSize.width * static_cast<std::uint32_t>(state.range(0)) / 8;
  for (auto _ : state) {
    auto image = decode.decode_to(side);
    benchmark::DoNotOptimize(image);
  }
  state.counters["MP/s"] =
      benchmark::Counter(static_cast<double>(kPhoneSize.pixels().count()) * 1e-6,
                         benchmark::Counter::kIsIterationInvariantRate);
}

void identify_jpeg(benchmark::State& state) {
  Budget budget{testing::kTestBudget};
  const auto& bytes = phone_photo(false);
  const EncodedImage image = testing::as_image(budget, bytes);
  for (auto _ : state) {
    auto identity = identify(image, Orientation::kUpright);
    benchmark::DoNotOptimize(identity);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

BENCHMARK(decode_jpeg_at)
    ->ArgNames({"eighths", "progressive"})
    ->ArgsProduct({{1, 2, 3, 4, 5, 6, 7, 8}, {0, 1}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(identify_jpeg)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace albumen
