// SPDX-License-Identifier: Apache-2.0
// Speed of the steps between decode and analysis. One thread.
#include <benchmark/benchmark.h>
#include <cstdint>
#include <random>
#include <vector>

#include "core/geometry.h"
#include "core/result.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "prepare/resize.h"
#include "prepare/sample.h"
#include "prepare/testing/pictures.h"
#include "prepare/view.h"

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
  while (state.KeepRunning()) {
    const Result<void> done = resize(out.view(), in.view(), filter, job);
    benchmark::DoNotOptimize(done.has_value());
  }
}

BENCHMARK(resize_luma)->Arg(0)->Arg(1)->Arg(2)->Unit(benchmark::kMicrosecond);

/// A decode of a 12 MP photograph at half scale to what faces, hashes and quality look at.
void views_of_photograph(benchmark::State& state) {
  std::mt19937 random{1};
  const auto chroma_divisor = static_cast<std::uint32_t>(state.range(0));
  const auto orientation = static_cast<Orientation>(state.range(1));
  std::vector<testing::Picture> planes;
  planes.emplace_back(Size{.width = 2016, .height = 1512}, 1);
  for (int i = 0; i < 2; ++i) {
    planes.emplace_back(Size{.width = 2016 / chroma_divisor, .height = 1512 / chroma_divisor}, 1);
  }
  for (testing::Picture& plane : planes) {
    testing::fill_with_noise(plane, random);
  }
  const DecodedImage image = testing::decoded_from(PixelLayout::kYcc8, planes, orientation);
  std::vector<ViewSpec> specs{{.longest_side = 640, .layout = ViewLayout::kRgb8}};
  if (state.range(2) != 0) {
    specs.push_back({.longest_side = 640, .layout = ViewLayout::kGray8});
    specs.push_back({.longest_side = 256, .layout = ViewLayout::kGray8});
  }
  Budget budget{kGiB};
  while (state.KeepRunning()) {
    Reservation job = budget.reserve(MemoryTag::kPixels, kMiB * 256, {}).value();
    const auto views = make_views(image, specs, job);
    benchmark::DoNotOptimize(views.has_value());
  }
}

BENCHMARK(views_of_photograph)
    ->ArgNames({"chroma_divisor", "orientation", "gray_too"})
    ->Args({2, 1, 0})
    ->Args({1, 1, 0})
    ->Args({1, 6, 0})
    ->Args({1, 1, 1})
    ->Unit(benchmark::kMicrosecond);

/// One face chip of 150 x 150 from a half-scale decode, the face 2.5 times as large.
void face_chip(benchmark::State& state) {
  std::mt19937 random{1};
  std::vector<testing::Picture> planes;
  planes.emplace_back(Size{.width = 2016, .height = 1512}, 1);
  planes.emplace_back(Size{.width = 2016, .height = 1512}, 1);
  planes.emplace_back(Size{.width = 2016, .height = 1512}, 1);
  const DecodedImage image =
      testing::decoded_from(PixelLayout::kYcc8, planes, Orientation::kUpright);
  testing::Picture out{{.width = 150, .height = 150}, 3};
  const Affine map{.xx = 2.4F, .xy = -0.5F, .x0 = 700, .yx = 0.5F, .yy = 2.4F, .y0 = 500};
  Budget budget{kGiB};
  Reservation job = budget.reserve(MemoryTag::kPixels, kMiB * 64, {}).value();
  while (state.KeepRunning()) {
    const Result<void> done = sample_affine(out.view(), image, map, job);
    benchmark::DoNotOptimize(done.has_value());
  }
}

BENCHMARK(face_chip)->Unit(benchmark::kMicrosecond);

/// A detector's crop of 24 x 24 from a view.
void view_crop(benchmark::State& state) {
  testing::Picture in{{.width = 640, .height = 480}, 3};
  testing::Picture out{{.width = 24, .height = 24}, 3};
  Budget budget{kGiB};
  Reservation job = budget.reserve(MemoryTag::kPixels, kMiB * 64, {}).value();
  const Affine map = crop_to(out.size(), {.x = 200, .y = 100, .width = 80, .height = 80});
  while (state.KeepRunning()) {
    const Result<void> done = sample_affine(out.view(), in.view(), map, job);
    benchmark::DoNotOptimize(done.has_value());
  }
}

BENCHMARK(view_crop)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace albumen
