// SPDX-License-Identifier: Apache-2.0
// Nanoseconds a pixel of a transform to sRGB. One thread.
#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "colour/testing/profiles.h"

namespace albumen {
namespace {

constexpr std::size_t kRowPixels = 1024;

std::vector<std::uint8_t> noise(std::size_t count) {
  std::mt19937 random{1};
  std::vector<std::uint8_t> samples(count);
  for (std::uint8_t& sample : samples) {
    sample = static_cast<std::uint8_t>(random());
  }
  return samples;
}

ColourChoice choice_of(testing::ProfileBytes bytes, ColourModel model) {
  ColourSource source;
  source.profile = std::move(bytes);
  return choose_colour(source, model);
}

void count_pixels(benchmark::State& state) {
  state.counters["per_pixel"] = benchmark::Counter(
      static_cast<double>(kRowPixels),
      benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void convert_rows(benchmark::State& state, const ColourChoice& choice, int channels) {
  const std::vector<std::uint8_t> before = noise(kRowPixels * static_cast<std::size_t>(channels));
  std::vector<std::uint8_t> row = before;
  while (state.KeepRunning()) {
    row = before;
    choice.transform->convert(row, channels);
    benchmark::DoNotOptimize(row.data());
  }
  count_pixels(state);
}

void rgb_rows(benchmark::State& state) {
  convert_rows(state, choice_of(testing::rgb_profile(testing::kAdobeRgb, 2.2), ColourModel::kRgb),
               static_cast<int>(state.range(0)));
}

BENCHMARK(rgb_rows)->Arg(3)->Arg(4);

void gray_rows(benchmark::State& state) {
  convert_rows(state, choice_of(testing::gray_profile(1.8), ColourModel::kGray), 3);
}

BENCHMARK(gray_rows);

void ink_rows(benchmark::State& state) {
  const ColourChoice choice = choice_of(testing::cmyk_profile(), ColourModel::kCmyk);
  const std::vector<std::uint8_t> inks = noise(4 * kRowPixels);
  std::vector<std::uint8_t> row(3 * kRowPixels);
  while (state.KeepRunning()) {
    choice.transform->convert_inks(row, inks);
    benchmark::DoNotOptimize(row.data());
  }
  count_pixels(state);
}

BENCHMARK(ink_rows);

/// From the bytes of a profile: what ColourCache saves.
void choosing(benchmark::State& state) {
  ColourSource source;
  const bool inks = state.range(0) != 0;
  source.profile = inks ? testing::cmyk_profile() : testing::rgb_profile(testing::kAdobeRgb, 2.2);
  while (state.KeepRunning()) {
    const ColourChoice choice =
        choose_colour(source, inks ? ColourModel::kCmyk : ColourModel::kRgb);
    benchmark::DoNotOptimize(choice.transform.get());
  }
}

BENCHMARK(choosing)->ArgName("inks")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace albumen
