// SPDX-License-Identifier: Apache-2.0
#include "infer/testing/small_nets.h"

#include <openvino/core/graph_util.hpp>
#include <openvino/op/add.hpp>
#include <openvino/op/multiply.hpp>
#include <openvino/op/parameter.hpp>
#include <openvino/op/reduce_mean.hpp>

#include "infer/internal/graph_parts.h"

namespace albumen::testing {
namespace {

std::shared_ptr<ov::op::v0::Parameter> input_of(const ov::Dimension& batch, std::size_t height,
                                                std::size_t width) {
  const ov::PartialShape shape{batch, 3, static_cast<std::int64_t>(height),
                               static_cast<std::int64_t>(width)};
  return std::make_shared<ov::op::v0::Parameter>(ov::element::f32, shape);
}

}  // namespace

void write_fixed_net(const std::string& path, std::size_t width, std::size_t height,
                     const std::vector<FixedOutput>& outputs) {
  const auto input = input_of(1, height, width);
  // The mean times zero: the outputs hang on the input, as OpenVINO demands.
  const std::vector<float> zero = {0.0F};
  const graph::Node mean =
      std::make_shared<ov::op::v1::ReduceMean>(input, graph::constant({0, 1, 2, 3}), false);
  const graph::Node nothing =
      std::make_shared<ov::op::v1::Multiply>(mean, graph::constant({}, zero));
  std::vector<graph::NamedOutput> named;
  for (const FixedOutput& output : outputs) {
    const graph::Node values =
        graph::constant(ov::Shape(output.shape.begin(), output.shape.end()), output.values);
    named.push_back({std::make_shared<ov::op::v1::Add>(values, nothing), output.name});
  }
  ov::save_model(graph::model(input, named, "fixed"), path, false);
}

void write_mean_net(const std::string& path, std::size_t side) {
  const auto input = input_of(ov::Dimension::dynamic(), side, side);
  const graph::Node mean =
      std::make_shared<ov::op::v1::ReduceMean>(input, graph::constant({2, 3}), false);
  ov::save_model(graph::model(input, {{mean, "embedding"}}, "mean"), path, false);
}

}  // namespace albumen::testing
