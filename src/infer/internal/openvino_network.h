// SPDX-License-Identifier: Apache-2.0
// Network and InferenceContext on OpenVINO. Its exceptions stop in openvino_network.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/infer_request.hpp>
#include <span>
#include <string>
#include <vector>

#include "infer/network.h"

namespace albumen {

class OpenvinoNetwork final : public Network {
 public:
  struct Shape {
    std::vector<OutputInfo> outputs;
    Size size;
    std::vector<std::size_t> batches;  // ascending
  };

  OpenvinoNetwork(ov::CompiledModel compiled, Shape shape, Precision precision);

  [[nodiscard]] std::span<const OutputInfo> outputs() const override { return shape_.outputs; }

  [[nodiscard]] Precision precision() const override { return precision_; }

  [[nodiscard]] Result<std::unique_ptr<InferenceContext>> make_context() const override;

 private:
  // Making requests does not change the compiled model, though OpenVINO does not say const.
  mutable ov::CompiledModel compiled_;
  const Shape shape_;
  const Precision precision_;
};

struct CompileOptions {
  ov::AnyMap properties;
  std::string cache_folder;  ///< of compiled nets; empty: none are kept
  std::string cache_key;     ///< what they depend on beside the net: processor, workers, precision
};

/// `model_path` compiled by `core` for `options`, or taken from the cache.
Result<std::unique_ptr<Network>> load_openvino_network(ov::Core& core,
                                                       const std::string& model_path,
                                                       const NetworkOptions& options,
                                                       const CompileOptions& compile);

}  // namespace albumen
