// SPDX-License-Identifier: Apache-2.0
// The slow, obvious twin of every resize: doubles, one definition per filter, no tables.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include "prepare/resize.h"
#include "prepare/testing/pictures.h"

namespace albumen::testing {

/// One axis in doubles, the definition of each filter written out.
inline std::vector<double> weights_of(Filter filter, double scale, std::uint32_t in,
                                      double centre) {
  const double widening = std::max(scale, 1.0);
  std::vector<double> weights(in);
  double sum = 0;
  for (std::uint32_t i = 0; i < in; ++i) {
    const double t = std::abs(i + 0.5 - centre) / widening;
    double w = 0;
    if (filter == Filter::kArea && scale >= 1) {
      w = std::max(0.0,
                   std::min(i + 1.0, centre + scale / 2) - std::max(i + 0.0, centre - scale / 2));
    } else if (filter == Filter::kLanczos3) {
      const double a = std::numbers::pi * t;
      w = t < 1e-9 ? 1.0 : t < 3 ? 3 * std::sin(a) * std::sin(a / 3) / (a * a) : 0.0;
    } else {
      w = std::max(0.0, 1 - t);
    }
    weights[i] = w;
    sum += w;
  }
  for (double& w : weights) {
    w /= sum;
  }
  return weights;
}

/// How much of the input the output covers, and from where; 0 means all.
struct Extent {
  double x = 0;
  double y = 0;
  double offset_x = 0;
  double offset_y = 0;
};

/// Samples of a picture in doubles: value(x, y, channel).
using Samples = std::function<double(std::uint32_t, std::uint32_t, std::uint32_t)>;

inline std::vector<double> float_twin(const Samples& value, Size size, std::uint32_t channels,
                                      Size out, Filter filter, Extent extent = {}) {
  std::vector<double> middle(std::size_t{out.width} * size.height * channels);
  const double across = (extent.x > 0 ? extent.x : size.width) / out.width;
  for (std::uint32_t x = 0; x < out.width; ++x) {
    const auto weights =
        weights_of(filter, across, size.width, extent.offset_x + ((x + 0.5) * across));
    for (std::uint32_t y = 0; y < size.height; ++y) {
      for (std::uint32_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::uint32_t i = 0; i < size.width; ++i) {
          sum += weights[i] == 0 ? 0 : weights[i] * value(i, y, c);
        }
        middle[((std::size_t{y} * out.width + x) * channels) + c] = sum;
      }
    }
  }
  std::vector<double> result(std::size_t{out.width} * out.height * channels);
  const double down = (extent.y > 0 ? extent.y : size.height) / out.height;
  const std::size_t line = std::size_t{out.width} * channels;
  for (std::uint32_t y = 0; y < out.height; ++y) {
    const auto weights =
        weights_of(filter, down, size.height, extent.offset_y + ((y + 0.5) * down));
    for (std::size_t s = 0; s < line; ++s) {
      double sum = 0;
      for (std::uint32_t i = 0; i < size.height; ++i) {
        sum += weights[i] * middle[(i * line) + s];
      }
      result[(y * line) + s] = std::clamp(sum, 0.0, 255.0);
    }
  }
  return result;
}

inline std::vector<double> float_twin(const Picture& in, Size out, Filter filter,
                                      Extent extent = {}) {
  const Samples value = [&in](std::uint32_t x, std::uint32_t y, std::uint32_t c) {
    return static_cast<double>(in.at(x, y, static_cast<int>(c)));
  };
  return float_twin(value, in.size(), static_cast<std::uint32_t>(in.channels()), out, filter,
                    extent);
}

/// Differences between a picture and its twin in floats.
struct Differences {
  double worst = 0;
  double mean = 0;
  double share_above_1 = 0;  ///< of samples whose difference to the rounded twin is above 1 level
};

inline Differences differences(const Picture& fast, const std::vector<double>& slow) {
  Differences found;
  std::size_t i = 0;
  for (std::uint32_t y = 0; y < fast.size().height; ++y) {
    for (const std::uint8_t sample : fast.view().row(y)) {
      const double difference = std::abs(sample - slow[i++]);
      found.worst = std::max(found.worst, difference);
      found.mean += difference;
      found.share_above_1 += std::abs(sample - std::round(slow[i - 1])) > 1 ? 1 : 0;
    }
  }
  found.mean /= static_cast<double>(i);
  found.share_above_1 /= static_cast<double>(i);
  return found;
}

}  // namespace albumen::testing
