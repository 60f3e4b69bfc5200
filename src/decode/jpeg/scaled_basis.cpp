// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/internal/scaled_basis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "entropy/zigzag.h"

namespace albumen {
namespace {

constexpr int kBlockSide = 8;

// [frequency][sample] along one axis.
using Waves = std::array<std::array<double, kBlockSide>, kBlockSide>;

// T.81, A.3.3: half of cos((2 x + 1) u pi / 16), the constant one over sqrt(2).
double wave(int frequency, int sample, int samples) {
  const double scale = frequency == 0 ? std::numbers::sqrt2 / 4 : 0.5;
  return scale * std::cos((2 * sample + 1) * frequency * std::numbers::pi / (2 * samples));
}

double mean_of_waves(int frequency, int part, int parts) {
  const int length = kBlockSide / parts;
  double sum = 0;
  for (int at = 0; at < length; ++at) {
    sum += wave(frequency, part * length + at, kBlockSide);
  }
  return sum / length;
}

Waves make_waves(int side) {
  Waves waves{};
  const bool divides = kBlockSide % side == 0;
  for (int frequency = 0; frequency < kBlockSide; ++frequency) {
    for (int sample = 0; sample < side; ++sample) {
      double& value = waves[static_cast<std::size_t>(frequency)][static_cast<std::size_t>(sample)];
      if (divides) {
        value = mean_of_waves(frequency, sample, side);
      } else {
        value = frequency < side ? wave(frequency, sample, side) : 0;
      }
    }
  }
  return waves;
}

const Waves& waves_of(int side) {
  static const std::array<Waves, kBlockSide> all = [] {
    std::array<Waves, kBlockSide> made{};
    for (int at = 0; at < kBlockSide; ++at) {
      made[static_cast<std::size_t>(at)] = make_waves(at + 1);
    }
    return made;
  }();
  return all[static_cast<std::size_t>(side) - 1];
}

}  // namespace

void make_scaled_basis(int side, std::span<const std::uint16_t, 64> quantisers,
                       std::span<std::int32_t> out) {
  const Waves& waves = waves_of(side);
  const auto count = static_cast<std::size_t>(side);
  for (std::size_t at = 0; at < quantisers.size(); ++at) {
    const std::size_t place = kZigzag[at];
    const auto& down = waves[place / kBlockSide];
    const auto& across = waves[place % kBlockSide];
    const auto picture = out.subspan(at * basis_samples(side), basis_samples(side));
    std::ranges::fill(picture, 0);
    const double scale = std::ldexp(quantisers[at], kBasisBits);
    for (std::size_t y = 0; y < count; ++y) {
      for (std::size_t x = 0; x < count; ++x) {
        picture[y * count + x] =
            static_cast<std::int32_t>(std::lround(scale * down[y] * across[x]));
      }
    }
  }
}

}  // namespace albumen
