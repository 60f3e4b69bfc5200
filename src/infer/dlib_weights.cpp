// SPDX-License-Identifier: Apache-2.0
// The file holds first one version number per layer, from the outermost (the loss) to the
// innermost (the first convolution), then the contents of the layers the other way round, which is
// the order of execution.
#include "infer/dlib_weights.h"

#include <fmt/core.h>
#include <ranges>

#include "infer/internal/dlib_reader.h"

namespace albumen {
namespace {

struct ConvolutionSpec {
  std::int64_t in = 0;
  std::int64_t out = 0;
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t padding = 1;
};

struct BlockSpec {
  std::int64_t in = 0;
  std::int64_t out = 0;
  bool halves = false;
};

constexpr ConvolutionSpec kStem{.in = 3, .out = 32, .kernel = 7, .stride = 2, .padding = 0};

// In the order of execution.
constexpr std::array kBlocks = {
    BlockSpec{32, 32},       BlockSpec{32, 32},         BlockSpec{32, 32},
    BlockSpec{32, 64, true}, BlockSpec{64, 64},         BlockSpec{64, 64},
    BlockSpec{64, 64},       BlockSpec{64, 128, true},  BlockSpec{128, 128},
    BlockSpec{128, 128},     BlockSpec{128, 256, true}, BlockSpec{256, 256},
    BlockSpec{256, 256},     BlockSpec{256, 256, true}};

constexpr std::int64_t kFeatures = 256;
constexpr std::int64_t kOutputs = 128;
constexpr std::int64_t kInputSide = 150;

// Version numbers that dlib writes per kind of layer: tags, skips and the loss 1, computing layers
// 2, the one that stands on the input 3.
constexpr std::int64_t kMarkVersion = 1;
constexpr std::int64_t kLayerVersion = 2;
constexpr std::int64_t kInnermostVersion = 3;

Result<void> expect_layers(DlibReader& reader, std::initializer_list<std::int64_t> versions) {
  for (const std::int64_t version : versions) {
    TRY(reader.expect_integer(version, "a layer's version"));
  }
  return {};
}

Result<void> read_versions(DlibReader& reader) {
  constexpr std::int64_t kMark = kMarkVersion;
  constexpr std::int64_t kLayer = kLayerVersion;
  TRY(expect_layers(reader, {kMark}));  // loss
  TRY(reader.expect_string("loss_metric_2"));
  TRY(reader.skip_numbers(2));                   // margin and threshold of the training
  TRY(expect_layers(reader, {kLayer, kLayer}));  // fc, average over everything
  for (const BlockSpec& block : kBlocks | std::views::reverse) {
    TRY(expect_layers(reader, {kLayer, kLayer}));  // relu, sum
    if (block.halves) {
      TRY(expect_layers(reader, {kLayer, kMark, kMark}));  // average pool, skip, tag
    }
    // affine, convolution, relu, affine, convolution, tag
    TRY(expect_layers(reader, {kLayer, kLayer, kLayer, kLayer, kLayer, kMark}));
  }
  // max pool, relu, affine, convolution
  return expect_layers(reader, {kLayer, kLayer, kLayer, kInnermostVersion});
}

// What follows the contents of every layer that computes: three switches and three tensors of the
// training, all empty.
Result<void> read_layer_tail(DlibReader& reader) {
  TRY(reader.skip_booleans(3));
  for (int index = 0; index < 3; ++index) {
    TRY(reader.tensor({}));
  }
  return {};
}

Result<void> read_convolution(DlibReader& reader, const ConvolutionSpec& spec,
                              DlibConvolution& out) {
  const std::int64_t weights = spec.out * spec.in * spec.kernel * spec.kernel;
  TRY(reader.expect_string("con_4"));
  std::vector<float> parameters = TRY(reader.tensor({weights + spec.out, 1, 1, 1}));
  for (const std::int64_t value :
       {spec.out, spec.kernel, spec.kernel, spec.stride, spec.stride, spec.padding, spec.padding}) {
    TRY(reader.expect_integer(value, "a setting of a convolution"));
  }
  TRY(reader.expect_alias({spec.out, spec.in, spec.kernel, spec.kernel}));
  TRY(reader.expect_alias({1, spec.out, 1, 1}));
  TRY(reader.skip_numbers(4));  // learning rates and weight decays
  out.out_channels = static_cast<std::size_t>(spec.out);
  out.in_channels = static_cast<std::size_t>(spec.in);
  out.kernel = static_cast<std::size_t>(spec.kernel);
  out.stride = static_cast<std::size_t>(spec.stride);
  out.padding = static_cast<std::size_t>(spec.padding);
  out.biases.assign(parameters.begin() + weights, parameters.end());
  parameters.resize(static_cast<std::size_t>(weights));
  out.filters = std::move(parameters);
  return read_layer_tail(reader);
}

Result<void> read_affine(DlibReader& reader, std::int64_t channels, DlibConvolution& out) {
  TRY(reader.expect_string("affine_"));
  const std::vector<float> parameters = TRY(reader.tensor({2 * channels, 1, 1, 1}));
  TRY(reader.expect_alias({1, channels, 1, 1}));
  TRY(reader.expect_alias({1, channels, 1, 1}));
  TRY(reader.expect_integer(0, "the mode of an affine layer"));
  out.gamma.assign(parameters.begin(), parameters.begin() + channels);
  out.beta.assign(parameters.begin() + channels, parameters.end());
  return read_layer_tail(reader);
}

Result<void> read_relu(DlibReader& reader) {
  TRY(reader.expect_string("relu_"));
  return read_layer_tail(reader);
}

// Rows, columns, strides and paddings of a pooling window.
Result<void> read_pool(DlibReader& reader, std::string_view name,
                       std::initializer_list<std::int64_t> settings) {
  TRY(reader.expect_string(name));
  for (const std::int64_t value : settings) {
    TRY(reader.expect_integer(value, "a setting of a pool"));
  }
  return read_layer_tail(reader);
}

Result<DlibBlock> read_block(DlibReader& reader, const BlockSpec& spec) {
  DlibBlock block;
  block.halves = spec.halves;
  ConvolutionSpec first{.in = spec.in, .out = spec.out};
  if (spec.halves) {
    first.stride = 2;
    first.padding = 0;
  }
  TRY(read_convolution(reader, first, block.first));
  TRY(read_affine(reader, spec.out, block.first));
  TRY(read_relu(reader));
  TRY(read_convolution(reader, {.in = spec.out, .out = spec.out}, block.second));
  TRY(read_affine(reader, spec.out, block.second));
  if (spec.halves) {
    TRY(read_pool(reader, "avg_pool_2", {2, 2, 2, 2, 0, 0}));
  }
  TRY(reader.expect_string("add_prev_"));
  TRY(read_layer_tail(reader));
  TRY(read_relu(reader));
  return block;
}

Result<void> read_stem(DlibReader& reader, DlibNet& net) {
  TRY(reader.expect_string("input_rgb_image_sized"));
  for (float& channel : net.mean) {
    channel = TRY(reader.number());
  }
  TRY(reader.expect_integer(kInputSide, "the input's height"));
  TRY(reader.expect_integer(kInputSide, "the input's width"));
  TRY(read_convolution(reader, kStem, net.stem));
  // The layer that stands on the input writes one more number: how often it may be sampled.
  return reader.expect_integer(1, "the sample expansion factor");
}

Result<void> read_last(DlibReader& reader, DlibNet& net) {
  TRY(read_pool(reader, "avg_pool_2", {0, 0, 1, 1, 0, 0}));
  TRY(reader.expect_string("fc_2"));
  TRY(reader.expect_integer(kOutputs, "the outputs of the last layer"));
  TRY(reader.expect_integer(kFeatures, "the inputs of the last layer"));
  net.inputs = static_cast<std::size_t>(kFeatures);
  net.outputs = static_cast<std::size_t>(kOutputs);
  net.last = TRY(reader.tensor({kFeatures, kOutputs, 1, 1}));
  TRY(reader.expect_alias({kFeatures, kOutputs, 1, 1}));
  TRY(reader.expect_alias({0, 0, 0, 0}));
  TRY(reader.expect_integer(1, "the bias mode of the last layer"));
  TRY(reader.skip_numbers(4));
  return read_layer_tail(reader);
}

}  // namespace

Result<DlibNet> read_dlib_net(std::span<const std::byte> file) {
  if (file.size() > kDlibFileLimit.count()) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a dlib model of {}; the limit is {}", to_string(Bytes{file.size()}),
                            to_string(kDlibFileLimit)));
  }
  DlibReader reader(file);
  DlibNet net;
  TRY(read_versions(reader));
  TRY(read_stem(reader, net));
  TRY(read_affine(reader, kStem.out, net.stem));
  TRY(read_relu(reader));
  TRY(read_pool(reader, "max_pool_2", {3, 3, 2, 2, 0, 0}));
  for (const BlockSpec& spec : kBlocks) {
    net.blocks.push_back(TRY(read_block(reader, spec)));
  }
  TRY(read_last(reader, net));
  TRY(reader.expect_end());
  return net;
}

}  // namespace albumen
