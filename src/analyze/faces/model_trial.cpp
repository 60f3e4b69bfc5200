// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/model_trial.h"

#include <algorithm>
#include <fmt/core.h>
#include <numeric>
#include <vector>

#include "analyze/faces/face_detector.h"
#include "analyze/faces/face_embedder.h"

namespace albumen {
namespace {

constexpr std::uint32_t kChannels = 3;
// f32 and bf16 vectors of one chip are ten times nearer.
constexpr float kLeastSameness = 0.999F;

// Something that is neither flat nor regular.
std::vector<std::uint8_t> pattern(Size size) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(size.pixels().bytes(kChannels).count());
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      for (std::uint32_t channel = 0; channel < kChannels; ++channel) {
        pixels.push_back(
            static_cast<std::uint8_t>((67 * channel + 3 * x + 2 * y + x * y / 5) % 256));
      }
    }
  }
  return pixels;
}

Result<void> try_detector(const Runtime& runtime, const InstalledModel& model) {
  DetectorOptions options{.min_score = model.card.min_score};
  Size size{.width = options.view_side, .height = options.view_side};
  if (!model.card.input.size.empty()) {
    size = model.card.input.size;
    options.view_side = size.longest_side();
  }
  const auto detector = TRY(make_face_detector(runtime, model, options));
  const auto worker = TRY(detector->make_worker());
  Budget budget{detector->working_bytes(size)};
  Reservation job = TRY(budget.reserve(MemoryTag::kTensor, budget.limit(), {}));
  const std::vector<std::uint8_t> pixels = pattern(size);
  const ImageView view(pixels.data(), size, static_cast<int>(kChannels),
                       std::size_t{size.width} * kChannels);
  TRY(worker->detect(view, job));
  return {};
}

Result<void> try_embedder(const Runtime& runtime, const InstalledModel& model) {
  constexpr std::size_t kCount = FaceEmbedder::kBatch + 1;  // once among others, once alone
  const FaceEmbedder embedder = TRY(FaceEmbedder::create(runtime, model));
  const auto worker = TRY(embedder.make_worker());
  const std::vector<std::uint8_t> chip = pattern(model.card.input.size);
  std::vector<std::uint8_t> chips;
  for (std::size_t index = 0; index < kCount; ++index) {
    chips.insert(chips.end(), chip.begin(), chip.end());
  }
  const auto vectors = TRY(worker->embed(chips, kCount));
  for (const std::vector<float>& vector : vectors) {
    const float sameness =
        std::inner_product(vector.begin(), vector.end(), vectors.back().begin(), 0.0F);
    if (!(sameness >= kLeastSameness)) {
      return fail(
          ErrorCode::kModelFailed,
          fmt::format("model {} gives one chip different vectors (cosine {:.4f}) when it is "
                      "one of several",
                      model.card.name, sameness));
    }
  }
  return {};
}

}  // namespace

Result<void> try_face_model(const Runtime& runtime, const InstalledModel& model) {
  return model.card.role == ModelRole::kFaceEmbedder ? try_embedder(runtime, model)
                                                     : try_detector(runtime, model);
}

}  // namespace albumen
