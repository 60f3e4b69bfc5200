// SPDX-License-Identifier: Apache-2.0
// Aligned chips to unit vectors. Tested by face_embedder_test.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/result.h"
#include "infer/batcher.h"
#include "infer/model_store.h"
#include "infer/runtime.h"

namespace albumen {

/// Embeds for one thread. The embedder that made it outlives it.
class EmbedderWorker {
 public:
  EmbedderWorker(std::unique_ptr<InferenceContext> context, std::size_t output,
                 std::size_t dimensions);

  /// `chips`: `count` RGB chips, one after the other, without gaps. One vector each, of length 1.
  /// Error: ModelFailed, also for a vector of zeros.
  Result<std::vector<std::vector<float>>> embed(std::span<const std::uint8_t> chips,
                                                std::size_t count);

 private:
  std::unique_ptr<InferenceContext> context_;
  std::size_t output_ = 0;
  std::size_t dimensions_ = 0;
};

/// Immutable; shared by all threads.
class FaceEmbedder {
 public:
  /// Chips of one picture that go through the net together, at most, where runs are not shared.
  static constexpr std::size_t kBatch = 4;

  /// `sharing` with a batch above 1: chips of several workers share runs of that size.
  /// Errors: InvalidArgument for a model of another role; ModelFailed.
  static Result<FaceEmbedder> create(const Runtime& runtime, const InstalledModel& model,
                                     const BatcherOptions& sharing = {});

  [[nodiscard]] Result<std::unique_ptr<EmbedderWorker>> make_worker() const;

  [[nodiscard]] const AlignmentTemplate& alignment() const { return alignment_; }

  /// Chips to give to a worker at once, at most: more gain nothing.
  [[nodiscard]] std::size_t batch() const { return batch_; }

  /// Bytes of one chip.
  [[nodiscard]] std::size_t chip_bytes() const;

 private:
  FaceEmbedder() = default;

  std::unique_ptr<Network> network_;
  AlignmentTemplate alignment_;
  std::size_t output_ = 0;
  std::size_t dimensions_ = 0;
  std::size_t batch_ = kBatch;
};

}  // namespace albumen
