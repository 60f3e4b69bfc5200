// SPDX-License-Identifier: Apache-2.0
// Milliseconds a photograph for the cascade and a face for the embedding, one thread, in f32 and in
// the processor's best precision. Needs the fetched models and photographs.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <filesystem>
#include <numeric>

#include "analyze/faces/face_detector.h"
#include "analyze/faces/face_embedder.h"
#include "analyze/faces/faces_analyzer.h"
#include "analyze/faces/internal/mips.h"
#include "analyze/faces/internal/pyramid_plan.h"
#include "analyze/faces/testing/chips.h"
#include "analyze/faces/testing/photograph.h"
#include "infer/testing/model_files.h"

namespace albumen {
namespace {

constexpr std::array kViews = {ViewSpec{.longest_side = 640, .layout = ViewLayout::kRgb8}};

std::unique_ptr<testing::Photograph> group_picture() {
  auto photograph =
      testing::load_photograph(testing::samples_directory() + "/insightface/t1.jpg", kViews);
  return photograph.has_value() ? std::move(*photograph) : nullptr;
}

Precision precision_of(const benchmark::State& state) {
  return state.range(0) == 0 ? Precision::kF32 : precision_of_this_processor();
}

void find_faces(benchmark::State& state) {
  const auto photograph = group_picture();
  const auto model = testing::installed_model("mtcnn");
  const auto runtime = make_openvino_runtime({.precision = precision_of(state)});
  if (photograph == nullptr || !model.has_value() || !runtime.has_value()) {
    state.SkipWithError("the fetched files are missing");
    return;
  }
  const auto detector =
      make_face_detector(**runtime, *model, {.min_face = static_cast<float>(state.range(1))});
  const auto worker = (*detector)->make_worker();
  for (auto _ : state) {
    const auto faces = (*worker)->detect(photograph->views[0].pixels, photograph->job);
    benchmark::DoNotOptimize(faces.has_value());
  }
  state.SetLabel(std::string(name_of((*runtime)->precision())));
}

BENCHMARK(find_faces)->ArgsProduct({{0, 1}, {20, 40}})->Unit(benchmark::kMillisecond);

// One net at one batch size; counter "sample" is processor time for each of its samples, all
// threads.
void run_net(benchmark::State& state, const char* name, Size size) {
  const auto model = testing::installed_model(name[0] == 'd' ? "dlib-resnet29" : "mtcnn");
  const auto runtime = make_openvino_runtime({.precision = precision_of(state)});
  if (!model.has_value() || !runtime.has_value()) {
    state.SkipWithError("the fetched files are missing");
    return;
  }
  const auto batch = static_cast<std::size_t>(state.range(1));
  NetworkOptions options{.input = model->card.input, .batches = {batch}};
  options.input.size = size;
  const auto network = (*runtime)->load(model->network_path(name), options);
  const auto context = (*network)->make_context();
  std::vector<std::uint8_t> pixels(size.pixels().bytes(3).count() * batch);
  for (std::size_t index = 0; index < pixels.size(); ++index) {
    pixels[index] = static_cast<std::uint8_t>(index * 7 + index / 411);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize((*context)->run(pixels, batch).has_value());
  }
  state.SetLabel(std::string(name_of((*runtime)->precision())));
  state.counters["sample"] =
      benchmark::Counter(static_cast<double>(batch), benchmark::Counter::kIsIterationInvariantRate |
                                                         benchmark::Counter::kInvert);
}

constexpr Size kStrip{.width = 384, .height = faces::kStripRows};

BENCHMARK_CAPTURE(run_net, strip, "pnet", kStrip)
    ->ArgsProduct({{0, 1}, {1}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_net, refine, "rnet", Size{24, 24})
    ->ArgsProduct({{0, 1}, {1, 4, 8, 32}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_net, output, "onet", Size{48, 48})
    ->ArgsProduct({{0, 1}, {1, 4, 8, 32}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_net, embed, "dlib_face_recognition_resnet_model_v1", Size{150, 150})
    ->ArgsProduct({{0, 1}, {1, 4, 8, 16}})
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond);

std::vector<std::string> photographs_in(const std::string& folder) {
  std::vector<std::string> paths;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(folder, absent)) {
    if (entry.path().extension() == ".jpg") {
      paths.push_back(entry.path().string());
    }
  }
  std::ranges::sort(paths);
  return paths;
}

// How far vectors in bf16 are from those in f32, of the same chips: all faces of the sample
// photographs and, where it was composed, of the set "timing".
void compare_precisions(benchmark::State& state) {
  const auto model = testing::installed_model("dlib-resnet29");
  auto cutter = testing::ChipCutter::create();
  const auto f32 = make_openvino_runtime({.precision = Precision::kF32});
  const auto bf16 = make_openvino_runtime({.precision = Precision::kBf16});
  if (!model.has_value() || !cutter.has_value() || !f32.has_value() || !bf16.has_value()) {
    state.SkipWithError("the fetched files are missing");
    return;
  }
  const auto exact_embedder = FaceEmbedder::create(**f32, *model);
  const auto quick_embedder = FaceEmbedder::create(**bf16, *model);
  const auto exact = exact_embedder->make_worker();
  const auto quick = quick_embedder->make_worker();
  double chips = 0;
  double least = 1;
  double sum = 0;
  for (auto _ : state) {
    for (const char* folder : {"/face_recognition", "/insightface", "/sets/timing"}) {
      for (const std::string& path : photographs_in(testing::samples_directory() + folder)) {
        const auto pixels = cutter->chips_of(path, *model->card.alignment).value();
        const std::size_t count = pixels.size() / (std::size_t{150} * 150 * 3);
        const auto a = (*exact)->embed(pixels, count).value();
        const auto b = (*quick)->embed(pixels, count).value();
        for (std::size_t index = 0; index < count; ++index) {
          const double cosine =
              std::inner_product(a[index].begin(), a[index].end(), b[index].begin(), 0.0);
          least = std::min(least, cosine);
          sum += cosine;
          ++chips;
        }
      }
    }
  }
  state.counters["chips"] = chips;
  state.counters["1-least"] = 1 - least;
  state.counters["1-mean"] = 1 - sum / chips;
}

BENCHMARK(compare_precisions)->Iterations(1)->Unit(benchmark::kSecond);

void build_mips_and_crop(benchmark::State& state) {
  const auto photograph = group_picture();
  if (photograph == nullptr) {
    state.SkipWithError("the fetched files are missing");
    return;
  }
  std::vector<std::uint8_t> crop(std::size_t{24} * 24 * 3);
  for (auto _ : state) {
    auto mips = faces::Mips::build(photograph->views[0].pixels, photograph->job);
    for (int index = 0; index < 80; ++index) {
      const auto place = static_cast<float>(index);
      mips->crop(crop, 24, {.x = 3 * place, .y = 2 * place, .side = 30 + place});
    }
    mips->release_to(photograph->job);
  }
}

BENCHMARK(build_mips_and_crop)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace albumen
