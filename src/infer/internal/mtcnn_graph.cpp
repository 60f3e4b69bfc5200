// SPDX-License-Identifier: Apache-2.0
// MTCNN (Zhang et al. 2016, arXiv:1604.02878) as the package mtcnn 1.0.0 trains it in Keras.
// Keras' "same" pooling pads at the end only: pooling that rounds up. Convolutions are valid.
#include <openvino/op/reshape.hpp>
#include <openvino/op/softmax.hpp>

#include "infer/internal/graph_parts.h"
#include "infer/internal/graphs.h"

namespace albumen {
namespace {

using graph::Node;
using graph::Rounding;

// Hands out the arrays in the order of the file.
class Cursor {
 public:
  explicit Cursor(std::span<const WeightArray> weights) : weights_(weights) {}

  const WeightArray& next() { return weights_[index_++]; }

 private:
  std::span<const WeightArray> weights_;
  std::size_t index_ = 0;
};

// Keras keeps kernels as [height][width][in][out]; OpenVINO wants [out][in][height][width].
std::vector<float> hwio_to_oihw(const WeightArray& kernel) {
  const std::size_t height = kernel.shape[0];
  const std::size_t width = kernel.shape[1];
  const std::size_t in = kernel.shape[2];
  const std::size_t out = kernel.shape[3];
  std::vector<float> result(kernel.values.size());
  std::size_t source = 0;
  for (std::size_t position = 0; position < height * width; ++position) {
    for (std::size_t i = 0; i < in; ++i) {
      for (std::size_t o = 0; o < out; ++o) {
        result[(o * in + i) * height * width + position] = kernel.values[source++];
      }
    }
  }
  return result;
}

// The nets flatten a 3x3 map after Keras' Permute(2,1,3): row (x*3 + y)*C + c of the first dense
// kernel belongs to what an NCHW flatten puts at (c*3 + y)*3 + x.
std::vector<float> reorder_flattened_rows(const WeightArray& kernel) {
  constexpr std::size_t kSide = 3;
  const std::size_t columns = kernel.shape[1];
  const std::size_t channels = kernel.shape[0] / (kSide * kSide);
  std::vector<float> result(kernel.values.size());
  for (std::size_t x = 0; x < kSide; ++x) {
    for (std::size_t y = 0; y < kSide; ++y) {
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t from = ((x * kSide + y) * channels + c) * columns;
        const std::size_t to = ((c * kSide + y) * kSide + x) * columns;
        std::copy_n(kernel.values.begin() + static_cast<std::ptrdiff_t>(from), columns,
                    result.begin() + static_cast<std::ptrdiff_t>(to));
      }
    }
  }
  return result;
}

Node convolution(const Node& input, Cursor& weights) {
  const WeightArray& kernel = weights.next();
  const std::vector<float> values = hwio_to_oihw(kernel);
  const WeightArray& bias = weights.next();
  return graph::convolution(
      input, {.shape = {kernel.shape[3], kernel.shape[2], kernel.shape[0], kernel.shape[1]},
              .weights = values,
              .bias = bias.values});
}

Node convolution_prelu(const Node& input, Cursor& weights) {
  const Node sum = convolution(input, weights);
  return graph::prelu(sum, weights.next().values);
}

Node dense(const Node& input, Cursor& weights) {
  const WeightArray& kernel = weights.next();
  const Node product = graph::dense(input, {kernel.shape[0], kernel.shape[1]}, kernel.values);
  return graph::add_bias(product, weights.next().values);
}

Node flatten_dense_prelu(const Node& input, Cursor& weights) {
  const WeightArray& kernel = weights.next();
  const std::vector<float> rows = reorder_flattened_rows(kernel);
  const Node flat = std::make_shared<ov::op::v1::Reshape>(
      input, graph::constant({0, static_cast<std::int64_t>(kernel.shape[0])}), true);
  const Node product = graph::dense(flat, {kernel.shape[0], kernel.shape[1]}, rows);
  const Node sum = graph::add_bias(product, weights.next().values);
  return graph::prelu(sum, weights.next().values);
}

Node softmax(const Node& input) { return std::make_shared<ov::op::v8::Softmax>(input, 1); }

std::shared_ptr<ov::op::v0::Parameter> input_of(const ov::Dimension& side) {
  return std::make_shared<ov::op::v0::Parameter>(ov::element::f32,
                                                 ov::PartialShape{-1, 3, side, side});
}

std::shared_ptr<ov::Model> build_proposal(Cursor weights) {
  const auto input = input_of(ov::Dimension::dynamic());
  Node node = convolution_prelu(input, weights);
  node = graph::max_pool(node, 2, 2, Rounding::kCeil);
  node = convolution_prelu(node, weights);
  node = convolution_prelu(node, weights);
  const Node box = convolution(node, weights);
  const Node face = softmax(convolution(node, weights));
  return graph::model(input, {{box, "reg"}, {face, "prob"}}, "mtcnn_pnet");
}

std::shared_ptr<ov::Model> build_refine(Cursor weights) {
  const auto input = input_of(24);
  Node node = convolution_prelu(input, weights);
  node = graph::max_pool(node, 3, 2, Rounding::kCeil);
  node = convolution_prelu(node, weights);
  node = graph::max_pool(node, 3, 2, Rounding::kFloor);
  node = convolution_prelu(node, weights);
  node = flatten_dense_prelu(node, weights);
  const Node box = dense(node, weights);
  const Node face = softmax(dense(node, weights));
  return graph::model(input, {{box, "reg"}, {face, "prob"}}, "mtcnn_rnet");
}

std::shared_ptr<ov::Model> build_output(Cursor weights) {
  const auto input = input_of(48);
  Node node = convolution_prelu(input, weights);
  node = graph::max_pool(node, 3, 2, Rounding::kCeil);
  node = convolution_prelu(node, weights);
  node = graph::max_pool(node, 3, 2, Rounding::kFloor);
  node = convolution_prelu(node, weights);
  node = graph::max_pool(node, 2, 2, Rounding::kFloor);
  node = convolution_prelu(node, weights);
  node = flatten_dense_prelu(node, weights);
  const Node box = dense(node, weights);
  const Node points = dense(node, weights);
  const Node face = softmax(dense(node, weights));
  return graph::model(input, {{box, "reg"}, {points, "landmarks"}, {face, "prob"}}, "mtcnn_onet");
}

}  // namespace

std::shared_ptr<ov::Model> build_mtcnn(MtcnnNet net, std::span<const WeightArray> weights) {
  switch (net) {
    case MtcnnNet::kProposal:
      return build_proposal(Cursor(weights));
    case MtcnnNet::kRefine:
      return build_refine(Cursor(weights));
    case MtcnnNet::kOutput:
      return build_output(Cursor(weights));
  }
  return nullptr;
}

}  // namespace albumen
