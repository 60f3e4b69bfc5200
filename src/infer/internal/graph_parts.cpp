// SPDX-License-Identifier: Apache-2.0
#include "infer/internal/graph_parts.h"

#include <openvino/op/add.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/op/convolution.hpp>
#include <openvino/op/matmul.hpp>
#include <openvino/op/max_pool.hpp>
#include <openvino/op/prelu.hpp>
#include <openvino/op/result.hpp>
#include <utility>

namespace albumen::graph {

Node constant(const ov::Shape& shape, std::span<const float> values) {
  // The constructor copies `values`.
  return std::make_shared<ov::op::v0::Constant>(ov::element::f32, shape, values.data());
}

Node constant(const std::vector<std::int64_t>& values) {
  return std::make_shared<ov::op::v0::Constant>(ov::element::i64, ov::Shape{values.size()}, values);
}

Node convolution(const Node& input, const ConvolutionParts& parts) {
  const auto padding = static_cast<std::ptrdiff_t>(parts.padding);
  const Node sum = std::make_shared<ov::op::v1::Convolution>(
      input, constant(parts.shape, parts.weights), ov::Strides{parts.stride, parts.stride},
      ov::CoordinateDiff{padding, padding}, ov::CoordinateDiff{padding, padding},
      ov::Strides{1, 1});
  return std::make_shared<ov::op::v1::Add>(
      sum, constant(ov::Shape{1, parts.bias.size(), 1, 1}, parts.bias));
}

Node prelu(const Node& input, std::span<const float> slopes) {
  return std::make_shared<ov::op::v0::PRelu>(input, constant(ov::Shape{slopes.size()}, slopes));
}

Node max_pool(const Node& input, std::size_t kernel, std::size_t stride, Rounding rounding) {
  return std::make_shared<ov::op::v1::MaxPool>(
      input, ov::Strides{stride, stride}, ov::Shape{0, 0}, ov::Shape{0, 0},
      ov::Shape{kernel, kernel},
      rounding == Rounding::kCeil ? ov::op::RoundingType::CEIL : ov::op::RoundingType::FLOOR);
}

Node dense(const Node& input, const ov::Shape& shape, std::span<const float> weights) {
  return std::make_shared<ov::op::v0::MatMul>(input, constant(shape, weights));
}

Node add_bias(const Node& input, std::span<const float> bias) {
  return std::make_shared<ov::op::v1::Add>(input, constant(ov::Shape{1, bias.size()}, bias));
}

std::shared_ptr<ov::Model> model(const std::shared_ptr<ov::op::v0::Parameter>& input,
                                 const std::vector<NamedOutput>& outputs, const std::string& name) {
  input->set_friendly_name("input");
  input->output(0).set_names({"input"});
  ov::ResultVector results;
  for (const NamedOutput& output : outputs) {
    output.node->output(0).set_names({output.name});
    results.push_back(std::make_shared<ov::op::v0::Result>(output.node));
  }
  return std::make_shared<ov::Model>(results, ov::ParameterVector{input}, name);
}

}  // namespace albumen::graph
