// SPDX-License-Identifier: Apache-2.0
// The few building blocks that the graphs of graphs.h share.
#pragma once

#include <cstddef>
#include <memory>
#include <openvino/core/model.hpp>
#include <openvino/core/node.hpp>
#include <openvino/op/parameter.hpp>
#include <span>
#include <string>
#include <vector>

namespace albumen::graph {

using Node = std::shared_ptr<ov::Node>;

Node constant(const ov::Shape& shape, std::span<const float> values);
Node constant(const std::vector<std::int64_t>& values);

/// Square kernel, weights [out][in][k][k], bias [out].
struct ConvolutionParts {
  ov::Shape shape;
  std::span<const float> weights;
  std::span<const float> bias;
  std::size_t stride = 1;
  std::size_t padding = 0;
};

Node convolution(const Node& input, const ConvolutionParts& parts);

/// Slope per channel.
Node prelu(const Node& input, std::span<const float> slopes);

enum class Rounding : bool { kFloor, kCeil };

Node max_pool(const Node& input, std::size_t kernel, std::size_t stride, Rounding rounding);

/// Weights [in][out], row-major.
Node dense(const Node& input, const ov::Shape& shape, std::span<const float> weights);
Node add_bias(const Node& input, std::span<const float> bias);

struct NamedOutput {
  Node node;
  std::string name;
};

std::shared_ptr<ov::Model> model(const std::shared_ptr<ov::op::v0::Parameter>& input,
                                 const std::vector<NamedOutput>& outputs, const std::string& name);

}  // namespace albumen::graph
