// SPDX-License-Identifier: Apache-2.0
// Pictures made by code for the tests of the encoders, with any stride.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "core/geometry.h"
#include "core/image_view.h"

namespace albumen::testing {

enum class Motif : std::uint8_t {
  kFlat,      ///< one colour
  kNoise,     ///< every byte by chance
  kGradient,  ///< rises evenly to the right and down
  kPhoto,     ///< smooth shapes, edges and a little noise
  kDrawing,   ///< few colours, long repetitions
};

inline constexpr Motif kAllMotifs[]{Motif::kFlat, Motif::kNoise, Motif::kGradient, Motif::kPhoto,
                                    Motif::kDrawing};

/// Interleaved 8-bit pixels whose rows lie `stride` bytes apart.
struct Picture {
  Size size;
  int channels = 3;
  std::size_t stride = 0;
  std::vector<std::uint8_t> memory;

  [[nodiscard]] ImageView view() const { return {memory.data(), size, channels, stride}; }

  [[nodiscard]] std::size_t row_bytes() const {
    return std::size_t{size.width} * static_cast<std::size_t>(channels);
  }

  /// Without the gaps between rows.
  [[nodiscard]] std::vector<std::uint8_t> samples() const {
    std::vector<std::uint8_t> all;
    all.reserve(row_bytes() * size.height);
    for (std::uint32_t y = 0; y < size.height; ++y) {
      const auto row = view().row(y);
      all.insert(all.end(), row.begin(), row.end());
    }
    return all;
  }
};

inline int sample_of(Motif motif, std::uint32_t x, std::uint32_t y, int c, std::mt19937& random) {
  switch (motif) {
    case Motif::kFlat:
      return 200 - c;
    case Motif::kNoise:
      return static_cast<int>(random() % 256);
    case Motif::kGradient:
      return static_cast<int>(((2 * x) + (3 * y) + (10 * static_cast<unsigned>(c))) % 256);
    case Motif::kDrawing:
      return (((x / 23) ^ (y / 17)) % 5 == 0 ? 255 : 0) + ((x % 90) < 2 ? 0 : c);
    case Motif::kPhoto:
      break;
  }
  const double smooth = (60 * std::sin(x * 0.017 + c)) + (50 * std::cos((y * 0.023) - (x * 0.004)));
  const double edge = ((x / 61) + (y / 47)) % 3 == 0 ? 35 : 0;
  const double noise = (static_cast<double>(random() % 2048) / 256) - 4;
  return static_cast<int>(std::clamp(120 + smooth + edge + noise, 0.0, 255.0));
}

inline Picture make_picture(Motif motif, Size size, int channels, std::size_t gap = 0,
                            unsigned seed = 1) {
  std::mt19937 random{seed};
  Picture picture{.size = size, .channels = channels};
  picture.stride = picture.row_bytes() + gap;
  picture.memory.resize(picture.stride * size.height, 99);
  for (std::uint32_t y = 0; y < size.height; ++y) {
    std::uint8_t* out = picture.memory.data() + (y * picture.stride);
    for (std::uint32_t x = 0; x < size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        *out++ = static_cast<std::uint8_t>(sample_of(motif, x, y, c, random));
      }
    }
  }
  return picture;
}

/// Peak signal-to-noise ratio in dB; 99 where equal. REQUIRES: equal sizes.
inline double psnr(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - b[i];
    sum += difference * difference;
  }
  return sum == 0 ? 99.0 : 10 * std::log10(255.0 * 255.0 * static_cast<double>(a.size()) / sum);
}

}  // namespace albumen::testing
