// SPDX-License-Identifier: Apache-2.0
// Golden values of the default nets. They were taken from the makers' own code (Keras, dlib) on
// the pattern below, so they prove reader, graph and runtime together.
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/core.h>
#include <vector>

#include "infer/internal/convert.h"

namespace albumen {
namespace {

// `values` of output `name` from index `first` on.
struct GoldenOutput {
  std::string_view name;
  std::size_t first = 0;
  std::vector<float> values;
};

struct Golden {
  Size size;
  std::vector<GoldenOutput> outputs;
};

// P-Net's maps are 4x7 here: element (c, y, x) stands at (c*4 + y)*7 + x.
Golden golden_proposal() {
  return {.size = {.width = 23, .height = 17},
          .outputs = {{"reg", 0, {0.0266437F}},
                      {"reg", 28, {-0.0782839F}},
                      {"reg", 56, {-0.0137064F}},
                      {"reg", 84, {0.0828338F}},
                      {"reg", 27, {0.0296093F}},
                      {"reg", 55, {0.0126242F}},
                      {"reg", 83, {-0.0691637F}},
                      {"reg", 111, {0.151509F}},
                      {"prob", 28, {0.00716659F}},
                      {"prob", 55, {0.0276924F}}}};
}

Golden golden_refine() {
  return {.size = {.width = 24, .height = 24},
          .outputs = {{"reg", 0, {-0.0362305F, -0.20038F, 0.0300542F, 0.166616F}},
                      {"prob", 0, {0.954931F, 0.0450692F}}}};
}

Golden golden_output() {
  return {.size = {.width = 48, .height = 48},
          .outputs = {{"reg", 0, {0.0910178F, -0.0890924F, 0.0256006F, 0.08917F}},
                      {"landmarks",
                       0,
                       {0.396286F, 0.671005F, 0.454114F, 0.341705F, 0.523504F, 0.272669F, 0.306289F,
                        0.601933F, 0.76736F, 0.810547F}},
                      {"prob", 0, {0.99911F, 0.000889643F}}}};
}

Golden golden_dlib() {
  return {
      .size = {.width = 150, .height = 150},
      .outputs = {{"embedding",
                   0,
                   {-0.0767208F, 0.148547F, 0.0930666F, -0.0263644F, -0.0971561F, -0.0272455F}}}};
}

Golden golden_of(const ModelCard& card, std::string_view stem) {
  if (card.format == ModelFormat::kDlibNet) {
    return golden_dlib();
  }
  if (stem == "pnet") {
    return golden_proposal();
  }
  return stem == "rnet" ? golden_refine() : golden_output();
}

// v(c, y, x) = (37c + 3y + 5x + floor(x*y/7)) mod 256, as NHWC.
std::vector<std::uint8_t> pattern(Size size) {
  std::vector<std::uint8_t> pixels;
  pixels.reserve(size.pixels().bytes(3).count());
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      for (std::uint32_t c = 0; c < 3; ++c) {
        pixels.push_back(static_cast<std::uint8_t>((37 * c + 3 * y + 5 * x + x * y / 7) % 256));
      }
    }
  }
  return pixels;
}

Result<float> largest_difference(const Network& network, const InferenceContext& context,
                                 const Golden& golden) {
  float largest = 0;
  for (const GoldenOutput& wanted : golden.outputs) {
    const auto found = context.output(TRY(network.output_index(wanted.name)));
    if (found.size() < wanted.first + wanted.values.size()) {
      return fail(ErrorCode::kModelFailed,
                  fmt::format("output \"{}\" has only {} values", wanted.name, found.size()));
    }
    for (std::size_t index = 0; index < wanted.values.size(); ++index) {
      largest = std::max(largest, std::abs(found[wanted.first + index] - wanted.values[index]));
    }
  }
  return largest;
}

}  // namespace

Result<float> check_golden(const Runtime& f32_runtime, const ModelCard& card, std::string_view stem,
                           const std::string& model_path) {
  if (card.format != ModelFormat::kMtcnnPackage && card.format != ModelFormat::kDlibNet) {
    return 0.0F;
  }
  const Golden golden = golden_of(card, stem);
  NetworkOptions options{.input = card.input};
  options.input.size = golden.size;
  const auto network = TRY(f32_runtime.load(model_path, options));
  const auto context = TRY(network->make_context());
  TRY(context->run(pattern(golden.size), 1));
  const float difference = TRY(largest_difference(*network, *context, golden));
  if (difference > kGoldenTolerance) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("{}: the converted net gives values that differ by {} from those of "
                            "its makers (at most {} is allowed)",
                            stem, difference, kGoldenTolerance));
  }
  return difference;
}

}  // namespace albumen
