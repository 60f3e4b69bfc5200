// SPDX-License-Identifier: Apache-2.0
// Speed of the steps between decode and analysis. One thread.
#include <benchmark/benchmark.h>
#include <random>

#include "prepare/resize.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

void resize_luma(benchmark::State& state) {
  std::mt19937 random{1};
  testing::Picture in{{.width = 2016, .height = 1512}, 1};
  testing::fill_with_noise(in, random);
  testing::Picture out{{.width = 640, .height = 480}, 1};
  Budget budget{kGiB};
  Reservation job = budget.reserve(MemoryTag::kPixels, kGiB, {}).value();
  const auto filter = static_cast<Filter>(state.range(0));
  for (auto _ : state) {
    const Result<void> done = resize(out.view(), in.view(), filter, job);
    benchmark::DoNotOptimize(done.has_value());
  }
}

BENCHMARK(resize_luma)->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace albumen
