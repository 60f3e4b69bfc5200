// SPDX-License-Identifier: Apache-2.0
#include "infer/internal/openvino_network.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <openvino/core/model.hpp>
#include <openvino/core/preprocess/pre_post_process.hpp>
#include <openvino/runtime/properties.hpp>
#include <utility>

#include "infer/internal/compiled_cache.h"

namespace albumen {
namespace {

constexpr std::size_t kChannels = 3;
// Pixels of one sample, outputs of one net: larger than any model that albumen can use.
constexpr std::size_t kMostOutputs = 32;

std::unexpected<Error> model_failed(const std::string& what) {
  return fail(ErrorCode::kModelFailed, what);
}

class OpenvinoContext final : public InferenceContext {
 public:
  OpenvinoContext(ov::InferRequest request, const OpenvinoNetwork::Shape& shape)
      : request_(std::move(request)),
        shape_(shape),
        sample_bytes_(std::size_t{shape.size.width} * shape.size.height * kChannels),
        results_(shape.outputs.size()) {}

  Result<void> run(std::span<const std::uint8_t> pixels, std::size_t count) override {
    if (pixels.size() != count * sample_bytes_) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} bytes for {} pictures of {}x{}", pixels.size(), count,
                              shape_.size.width, shape_.size.height));
    }
    for (std::size_t index = 0; index < results_.size(); ++index) {
      results_[index].resize(count * shape_.outputs[index].values);
    }
    try {
      for (std::size_t done = 0; done < count;) {
        const std::size_t batch = next_batch(count - done);
        const std::size_t real = std::min(batch, count - done);
        run_batch(pixels.subspan(done * sample_bytes_, real * sample_bytes_), batch);
        TRY(collect(done, real));
        done += real;
      }
    } catch (const std::exception& error) {
      return model_failed(fmt::format("inference failed: {}", error.what()));
    }
    return {};
  }

  [[nodiscard]] std::span<const float> output(std::size_t index) const override {
    return results_[index];
  }

 private:
  // The largest size that `left` fills, or the smallest that holds it.
  [[nodiscard]] std::size_t next_batch(std::size_t left) const {
    const auto& batches = shape_.batches;
    const auto above = std::ranges::upper_bound(batches, left);
    return above == batches.begin() ? *above : *std::prev(above);
  }

  void run_batch(std::span<const std::uint8_t> pixels, std::size_t batch) {
    const std::uint8_t* data = pixels.data();
    if (pixels.size() < batch * sample_bytes_) {
      filled_.assign(batch * sample_bytes_, 0);
      std::ranges::copy(pixels, filled_.begin());
      data = filled_.data();
    }
    // The tensor only reads: OpenVINO has no tensor over constant memory.
    const ov::Shape shape{batch, shape_.size.height, shape_.size.width, kChannels};
    request_.set_input_tensor(ov::Tensor(ov::element::u8, shape, const_cast<std::uint8_t*>(data)));
    request_.infer();
  }

  Result<void> collect(std::size_t first, std::size_t count) {
    for (std::size_t index = 0; index < results_.size(); ++index) {
      const std::size_t values = shape_.outputs[index].values;
      const ov::Tensor tensor = request_.get_output_tensor(index);
      if (tensor.get_size() < count * values) {
        return model_failed(fmt::format("output \"{}\" gave {} values, not {}",
                                        shape_.outputs[index].name, tensor.get_size(),
                                        count * values));
      }
      const std::span<const float> source(tensor.data<const float>(), count * values);
      if (!std::ranges::all_of(source, [](float value) { return std::isfinite(value); })) {
        return model_failed(fmt::format("output \"{}\" holds a value that is not finite",
                                        shape_.outputs[index].name));
      }
      std::ranges::copy(source, std::span(results_[index]).subspan(first * values).begin());
    }
    return {};
  }

  ov::InferRequest request_;
  const OpenvinoNetwork::Shape& shape_;  // the network's, which outlives its contexts
  const std::size_t sample_bytes_;
  std::vector<std::vector<float>> results_;
  std::vector<std::uint8_t> filled_;  // a last batch with zeros behind it
};

// NCHW unless only the last dimension can be the channels.
ov::Layout layout_of(const ov::Model& model) {
  const ov::PartialShape shape = model.input().get_partial_shape();
  const auto is_three = [&shape](std::ptrdiff_t dimension) {
    return shape[dimension].is_static() && shape[dimension].get_length() == 3;
  };
  return !is_three(1) && is_three(3) ? "NHWC" : "NCHW";
}

// Puts the way from 8-bit NHWC pixels to the net's own input into the graph, and f32 at its end.
std::shared_ptr<ov::Model> with_pixel_input(const std::shared_ptr<ov::Model>& model,
                                            const ModelInput& input) {
  const ov::Layout layout = layout_of(*model);
  ov::preprocess::PrePostProcessor processor(model);
  processor.input().tensor().set_element_type(ov::element::u8).set_layout("NHWC");
  if (input.channels == ChannelOrder::kBgr) {
    processor.input().tensor().set_color_format(ov::preprocess::ColorFormat::RGB);
    processor.input().preprocess().convert_color(ov::preprocess::ColorFormat::BGR);
  }
  processor.input()
      .preprocess()
      .convert_element_type(ov::element::f32)
      .mean({input.mean[0], input.mean[1], input.mean[2]})
      .scale({input.scale[0], input.scale[1], input.scale[2]});
  processor.input().model().set_layout(layout);
  for (std::size_t index = 0; index < model->outputs().size(); ++index) {
    processor.output(index).tensor().set_element_type(ov::element::f32);
  }
  return processor.build();
}

Result<void> check_interface(const ov::Model& model) {
  if (model.inputs().size() != 1 || model.input().get_partial_shape().rank() != ov::Dimension(4)) {
    return model_failed("the model must have one input of four dimensions");
  }
  if (model.outputs().empty() || model.outputs().size() > kMostOutputs) {
    return model_failed(fmt::format("the model must have 1 to {} outputs", kMostOutputs));
  }
  return {};
}

ov::PartialShape input_shape(const NetworkOptions& options, const ov::Dimension& batch) {
  return {batch, options.input.size.height, options.input.size.width, kChannels};
}

// REQUIRES: `model` reshaped to a batch of one.
Result<std::vector<OutputInfo>> describe_outputs(const ov::Model& model) {
  std::vector<OutputInfo> outputs;
  for (const auto& output : model.outputs()) {
    if (output.get_partial_shape().is_dynamic()) {
      return model_failed("an output's size does not follow from the input's");
    }
    const ov::Shape& shape = output.get_shape();
    outputs.push_back({.name = output.get_names().empty() ? "" : output.get_any_name(),
                       .shape = shape,
                       .values = ov::shape_size(shape)});
  }
  return outputs;
}

Result<OpenvinoNetwork::Shape> fix_shapes(ov::Model& model, const NetworkOptions& options) {
  model.reshape(input_shape(options, 1));
  OpenvinoNetwork::Shape shape{.outputs = TRY(describe_outputs(model)),
                               .size = options.input.size,
                               .batches = options.batches};
  const std::vector<std::size_t>& batches = options.batches;
  if (batches.size() > 1) {
    const auto least = static_cast<std::int64_t>(batches.front());
    const auto most = static_cast<std::int64_t>(batches.back());
    model.reshape(input_shape(options, ov::Dimension(least, most)));
  } else if (batches.front() != 1) {
    model.reshape(input_shape(options, static_cast<std::int64_t>(batches.front())));
  }
  return shape;
}

ov::CompiledModel compile_or_load(ov::Core& core, const std::shared_ptr<ov::Model>& model,
                                  const std::string& kept, const ov::AnyMap& properties) {
  if (!kept.empty()) {
    if (auto found = load_compiled(core, kept, properties)) {
      return *std::move(found);
    }
  }
  ov::CompiledModel compiled = core.compile_model(model, "CPU", properties);
  if (!kept.empty()) {
    store_compiled(compiled, kept);
  }
  return compiled;
}

Result<void> check_options(const NetworkOptions& options) {
  const auto& batches = options.batches;
  const bool ascending =
      std::ranges::adjacent_find(batches, std::greater_equal<>()) == batches.end();
  if (batches.empty() || !ascending || batches.front() == 0 || options.input.size.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a net needs a size and ascending batch sizes");
  }
  return {};
}

}  // namespace

OpenvinoNetwork::OpenvinoNetwork(ov::CompiledModel compiled, Shape shape, Precision precision)
    : compiled_(std::move(compiled)), shape_(std::move(shape)), precision_(precision) {}

Result<std::unique_ptr<InferenceContext>> OpenvinoNetwork::make_context() const {
  try {
    return std::make_unique<OpenvinoContext>(compiled_.create_infer_request(), shape_);
  } catch (const std::exception& error) {
    return model_failed(fmt::format("no inference request: {}", error.what()));
  }
}

Result<std::unique_ptr<Network>> load_openvino_network(ov::Core& core,
                                                       const std::string& model_path,
                                                       const NetworkOptions& options,
                                                       const CompileOptions& compile) {
  TRY(check_options(options));
  try {
    const std::shared_ptr<ov::Model> stored = core.read_model(model_path);
    TRY(check_interface(*stored));
    const std::shared_ptr<ov::Model> model = with_pixel_input(stored, options.input);
    OpenvinoNetwork::Shape shape = TRY(fix_shapes(*model, options));
    const std::string kept =
        compiled_path(compile.cache_folder, model_path, options, compile.cache_key);
    ov::CompiledModel compiled = compile_or_load(core, model, kept, compile.properties);
    const Precision precision =
        compiled.get_property(ov::hint::inference_precision) == ov::element::bf16 ? Precision::kBf16
                                                                                  : Precision::kF32;
    return std::make_unique<OpenvinoNetwork>(std::move(compiled), std::move(shape), precision);
  } catch (const std::exception& error) {
    return model_failed(fmt::format("{}: {}", model_path, error.what()));
  }
}

}  // namespace albumen
