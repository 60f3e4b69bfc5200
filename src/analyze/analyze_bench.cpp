// SPDX-License-Identifier: Apache-2.0
// Speed of the cheap analyzers on the views they ask for. One thread.
#include <benchmark/benchmark.h>

#include "analyze/hashes/hashes.h"
#include "analyze/quality/quality.h"
#include "core/findings.h"
#include "core/result.h"
#include "prepare/testing/pictures.h"

namespace albumen {
namespace {

void hashes_of_view(benchmark::State& state) {
  testing::Picture picture{{.width = 256, .height = 192}, 1};
  testing::fill_like_a_photograph(picture, 1);
  while (state.KeepRunning()) {
    const Result<Hashes> hashes = compute_hashes(picture.view());
    benchmark::DoNotOptimize(hashes.has_value());
  }
}

void quality_of_view(benchmark::State& state) {
  testing::Picture picture{{.width = 640, .height = 480}, 1};
  testing::fill_like_a_photograph(picture, 1);
  while (state.KeepRunning()) {
    const Result<Quality> quality = measure_quality(picture.view());
    benchmark::DoNotOptimize(quality.has_value());
  }
}

BENCHMARK(hashes_of_view)->Unit(benchmark::kMicrosecond);
BENCHMARK(quality_of_view)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace albumen
