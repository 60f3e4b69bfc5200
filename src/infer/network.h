// SPDX-License-Identifier: Apache-2.0
// A loaded net, as the rest of albumen sees it: 8-bit pictures in, f32 numbers out. One Network is
// shared by all workers (immutable); each worker runs its own InferenceContext (one thread). No
// header here names an inference library, so that another one can take OpenVINO's place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "infer/model_card.h"

namespace albumen {

/// How the net computes. f32 and bf16 vectors of one model may be compared: kPrecisionsAgree.
enum class Precision : std::uint8_t { kF32, kBf16 };

/// Least cosine between the vectors of one chip in f32 and in bf16, of the default embedder
/// (README.md has what is measured).
inline constexpr double kPrecisionsAgree = 0.9998;

std::string_view name_of(Precision precision);

/// bf16 where the processor has instructions for it (AVX512_BF16, AMX), else f32.
Precision precision_of_this_processor();

struct NetworkOptions {
  /// What the pixels are turned into; `input.size` is the one size that the net will run at. Every
  /// further size would cost memory for good, so there is only one.
  ModelInput input;
  /// Batch sizes that the net is run at, ascending, at least one. Any number of samples is split
  /// into these, the last part filled up: each size costs memory once, a number of samples nothing.
  std::vector<std::size_t> batches = {1};
};

struct OutputInfo {
  std::string name;
  /// Of a batch of one; the batch is the first where the net has one.
  std::vector<std::size_t> shape;
  std::size_t values = 0;  ///< per sample
};

/// Runs one net for one thread. The network outlives it.
class InferenceContext {
 public:
  virtual ~InferenceContext() = default;

  /// `pixels`: `count` RGB pictures of the net's size, NHWC, one after the other (a net of another
  /// channel order reverses them itself). Errors: InvalidArgument for a wrong size, ModelFailed
  /// when the library fails or a result is not finite. The same pixels give the same numbers
  /// whatever stands beside them in the batch, but not to the last bit whatever the batch size.
  virtual Result<void> run(std::span<const std::uint8_t> pixels, std::size_t count) = 0;

  /// Of the last run: count x values, valid until the next one.
  [[nodiscard]] virtual std::span<const float> output(std::size_t index) const = 0;
};

class Network {
 public:
  virtual ~Network() = default;

  [[nodiscard]] virtual std::span<const OutputInfo> outputs() const = 0;

  /// As the library confirmed it, not as asked.
  [[nodiscard]] virtual Precision precision() const = 0;

  /// A context of its own for each worker.
  [[nodiscard]] virtual Result<std::unique_ptr<InferenceContext>> make_context() const = 0;

  /// The place of the output called `name`; ModelFailed, naming those there are, where there is
  /// none.
  [[nodiscard]] Result<std::size_t> output_index(std::string_view name) const;

  /// "cls_8 [1,6400,1], obj_8 [1,6400,1]": what the outputs are, for errors.
  [[nodiscard]] std::string describe_outputs() const;
};

}  // namespace albumen
