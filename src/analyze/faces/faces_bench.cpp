// SPDX-License-Identifier: Apache-2.0
// Milliseconds a photograph for the cascade and a face for the embedding, one thread, in f32 and in
// the processor's best precision. Needs the fetched models and photographs.
#include <benchmark/benchmark.h>

#include "analyze/faces/face_detector.h"
#include "analyze/faces/face_embedder.h"
#include "analyze/faces/faces_analyzer.h"
#include "analyze/faces/internal/mips.h"
#include "analyze/faces/internal/pyramid_plan.h"
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

// The nets of the cascade alone, at the sizes and counts that photographs give in the mean.
void run_net(benchmark::State& state, const char* name, Size size, std::size_t count,
             std::vector<std::size_t> batches) {
  const auto model = testing::installed_model(name[0] == 'd' ? "dlib-resnet29" : "mtcnn");
  const auto runtime = make_openvino_runtime({.precision = precision_of(state)});
  if (!model.has_value() || !runtime.has_value()) {
    state.SkipWithError("the fetched files are missing");
    return;
  }
  NetworkOptions options{.input = model->card.input, .batches = std::move(batches)};
  options.input.size = size;
  const auto network = (*runtime)->load(model->network_path(name), options);
  const auto context = (*network)->make_context();
  const std::vector<std::uint8_t> pixels(size.pixels().bytes(3).count() * count, 77);
  for (auto _ : state) {
    benchmark::DoNotOptimize((*context)->run(pixels, count).has_value());
  }
  state.SetLabel(std::string(name_of((*runtime)->precision())));
}

constexpr Size kStrip{.width = 384, .height = faces::kStripRows};

BENCHMARK_CAPTURE(run_net, one_strip, "pnet", kStrip, 1, {1})
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_net, refine_80, "rnet", Size{24, 24}, 80, {8, 32})
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_net, output_4, "onet", Size{48, 48}, 4, {2, 8})
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_net, embed_1, "dlib_face_recognition_resnet_model_v1", Size{150, 150}, 1,
                  {1, 4})
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_net, embed_4, "dlib_face_recognition_resnet_model_v1", Size{150, 150}, 4,
                  {1, 4})
    ->Arg(0)
    ->Arg(1)
    ->Unit(benchmark::kMillisecond);

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
