// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/face_embedder.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <numeric>

namespace albumen {
namespace {

// Files give their only output all kinds of names.
Result<std::size_t> embedding_output(const Network& network, const ModelCard& card) {
  const auto outputs = network.outputs();
  const std::size_t dimensions = card.comparison->dimensions;
  const auto fits = [dimensions](const OutputInfo& output) { return output.values == dimensions; };
  const auto found = std::ranges::find_if(outputs, fits);
  if (found == outputs.end()) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("model {}: no output of {} values; the net has {}", card.name,
                            dimensions, network.describe_outputs()));
  }
  return static_cast<std::size_t>(found - outputs.begin());
}

Result<std::vector<float>> unit_vector(std::span<const float> values) {
  const double square = std::transform_reduce(values.begin(), values.end(), 0.0, std::plus<>(),
                                              [](float value) { return double{value} * value; });
  if (!(square > 1e-12)) {
    return fail(ErrorCode::kModelFailed, "the embedding net gave a vector of zeros");
  }
  const double scale = 1.0 / std::sqrt(square);
  std::vector<float> unit(values.size());
  std::ranges::transform(values, unit.begin(),
                         [scale](float value) { return static_cast<float>(value * scale); });
  return unit;
}

}  // namespace

EmbedderWorker::EmbedderWorker(std::unique_ptr<InferenceContext> context, std::size_t output,
                               std::size_t dimensions)
    : context_(std::move(context)), output_(output), dimensions_(dimensions) {}

Result<std::vector<std::vector<float>>> EmbedderWorker::embed(std::span<const std::uint8_t> chips,
                                                              std::size_t count) {
  TRY(context_->run(chips, count));
  const std::span<const float> values = context_->output(output_);
  std::vector<std::vector<float>> vectors;
  vectors.reserve(count);
  for (std::size_t index = 0; index < count; ++index) {
    vectors.push_back(TRY(unit_vector(values.subspan(index * dimensions_, dimensions_))));
  }
  return vectors;
}

Result<FaceEmbedder> FaceEmbedder::create(const Runtime& runtime, const InstalledModel& model,
                                          const BatcherOptions& sharing) {
  const ModelCard& card = model.card;
  if (!card.alignment.has_value() || !card.comparison.has_value()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("model {} does not embed faces", card.name));
  }
  FaceEmbedder embedder;
  const std::string& file = card.files.front().name;
  const std::string path = model.network_path(file.substr(0, file.rfind('.')));
  NetworkOptions options{.input = card.input, .batches = {1, kBatch}};
  if (sharing.batch > 1) {
    options.batches = {sharing.batch};
    embedder.batch_ = std::max(kBatch, sharing.batch);
  }
  auto network = runtime.load(path, options);
  if (!network.has_value() && sharing.batch == 1) {
    // Some files are made for one sample at a time.
    options.batches = {1};
    network = runtime.load(path, options);
  }
  embedder.network_ = TRY(std::move(network));
  if (sharing.batch > 1) {
    embedder.network_ = TRY(make_batching_network(std::move(embedder.network_), options, sharing));
  }
  embedder.alignment_ = *card.alignment;
  embedder.output_ = TRY(embedding_output(*embedder.network_, card));
  embedder.dimensions_ = card.comparison->dimensions;
  return embedder;
}

Result<std::unique_ptr<EmbedderWorker>> FaceEmbedder::make_worker() const {
  return std::make_unique<EmbedderWorker>(TRY(network_->make_context()), output_, dimensions_);
}

std::size_t FaceEmbedder::chip_bytes() const {
  return std::size_t{alignment_.chip_side} * alignment_.chip_side * 3;
}

}  // namespace albumen
