// SPDX-License-Identifier: Apache-2.0
// dlib's face recognition ResNet (dlib.net/face_recognition): 29 convolutions, the affine layers
// folded into them. dlib adds maps of different sizes as if the missing rows, columns and channels
// were zero; here both sides are padded to one size first.
#include <algorithm>
#include <openvino/op/add.hpp>
#include <openvino/op/avg_pool.hpp>
#include <openvino/op/pad.hpp>
#include <openvino/op/reduce_mean.hpp>
#include <openvino/op/relu.hpp>
#include <vector>

#include "infer/internal/graph_parts.h"
#include "infer/internal/graphs.h"

namespace albumen {
namespace {

using graph::Node;

constexpr std::size_t kInputSide = 150;

// A map and what is needed to make two of them equal.
struct Map {
  Node node;
  std::size_t side = 0;
  std::size_t channels = 0;
};

std::size_t window_side(std::size_t side, std::size_t kernel, std::size_t stride,
                        std::size_t padding) {
  return (side + 2 * padding - kernel) / stride + 1;
}

// gamma * (W x + b) + beta = (gamma W) x + (gamma b + beta).
Map folded_convolution(const Map& input, const DlibConvolution& layer) {
  const std::size_t per_filter = layer.filters.size() / layer.out_channels;
  std::vector<float> weights(layer.filters.size());
  std::vector<float> biases(layer.out_channels);
  for (std::size_t out = 0; out < layer.out_channels; ++out) {
    for (std::size_t index = out * per_filter; index < (out + 1) * per_filter; ++index) {
      weights[index] = layer.filters[index] * layer.gamma[out];
    }
    biases[out] = layer.biases[out] * layer.gamma[out] + layer.beta[out];
  }
  return {.node = graph::convolution(input.node, {.shape = {layer.out_channels, layer.in_channels,
                                                            layer.kernel, layer.kernel},
                                                  .weights = weights,
                                                  .bias = biases,
                                                  .stride = layer.stride,
                                                  .padding = layer.padding}),
          .side = window_side(input.side, layer.kernel, layer.stride, layer.padding),
          .channels = layer.out_channels};
}

Map relu(Map map) {
  map.node = std::make_shared<ov::op::v0::Relu>(map.node);
  return map;
}

Map average_pool(const Map& map) {
  return {.node = std::make_shared<ov::op::v1::AvgPool>(
              map.node, ov::Strides{2, 2}, ov::Shape{0, 0}, ov::Shape{0, 0}, ov::Shape{2, 2}, true,
              ov::op::RoundingType::FLOOR),
          .side = window_side(map.side, 2, 2, 0),
          .channels = map.channels};
}

// Zeros at the bottom, the right and behind the last channel.
Node pad_to(const Map& map, std::size_t side, std::size_t channels) {
  if (map.side == side && map.channels == channels) {
    return map.node;
  }
  const auto more_channels = static_cast<std::int64_t>(channels - map.channels);
  const auto more_side = static_cast<std::int64_t>(side - map.side);
  const std::vector<float> zero = {0.0F};
  return std::make_shared<ov::op::v1::Pad>(
      map.node, graph::constant({0, 0, 0, 0}),
      graph::constant({0, more_channels, more_side, more_side}), graph::constant({}, zero),
      ov::op::PadMode::CONSTANT);
}

Map sum(const Map& left, const Map& right) {
  const std::size_t side = std::max(left.side, right.side);
  const std::size_t channels = std::max(left.channels, right.channels);
  return {.node = std::make_shared<ov::op::v1::Add>(pad_to(left, side, channels),
                                                    pad_to(right, side, channels)),
          .side = side,
          .channels = channels};
}

Map block(const Map& input, const DlibBlock& layers) {
  const Map inner = relu(folded_convolution(input, layers.first));
  const Map path = folded_convolution(inner, layers.second);
  return relu(sum(path, layers.halves ? average_pool(input) : input));
}

}  // namespace

std::shared_ptr<ov::Model> build_dlib(const DlibNet& net) {
  const auto input = std::make_shared<ov::op::v0::Parameter>(
      ov::element::f32, ov::PartialShape{-1, 3, kInputSide, kInputSide});
  Map map = relu(folded_convolution({.node = input, .side = kInputSide, .channels = 3}, net.stem));
  map = {.node = graph::max_pool(map.node, 3, 2, graph::Rounding::kFloor),
         .side = window_side(map.side, 3, 2, 0),
         .channels = map.channels};
  for (const DlibBlock& layers : net.blocks) {
    map = block(map, layers);
  }
  const Node mean =
      std::make_shared<ov::op::v1::ReduceMean>(map.node, graph::constant({2, 3}), false);
  const Node embedding = graph::dense(mean, {net.inputs, net.outputs}, net.last);
  return graph::model(input, {{embedding, "embedding"}}, "dlib_face_recognition");
}

}  // namespace albumen
