// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/axis.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

#include "core/check.h"
#include "prepare/resize.h"

namespace albumen::internal {
namespace {

/// Half the width of the unscaled filter, in output samples (enlarging: in input samples).
double support_of(Filter filter, double scale) {
  switch (filter) {
    case Filter::kArea:
      return scale >= 1 ? 0.5 : 1.0;  // enlarging, the area filter is a triangle
    case Filter::kBilinear:
      return 1.0;
    case Filter::kLanczos3:
      return 3.0;
  }
  return 0.5;
}

double sinc(double x) {
  const double angle = std::numbers::pi * x;
  return std::abs(angle) < 1e-9 ? 1.0 : std::sin(angle) / angle;
}

/// Weight, not yet normalised, of input sample `i` for the output sample centred at `centre`.
double raw_weight(Filter filter, double scale, double centre, double i) {
  const double widening = std::max(scale, 1.0);
  if (filter == Filter::kArea && scale >= 1) {
    const double low = std::max(i, centre - (scale / 2));
    const double high = std::min(i + 1, centre + (scale / 2));
    return std::max(high - low, 0.0);
  }
  const double distance = std::abs(i + 0.5 - centre) / widening;
  if (filter == Filter::kLanczos3) {
    return distance < 3 ? sinc(distance) * sinc(distance / 3) : 0.0;
  }
  return std::max(1 - distance, 0.0);
}

/// As many bits as keep the largest weight inside int16. 1.5 covers what normalising adds where
/// the picture's edge cuts a filter.
int bits_for(double scale, int most_bits) {
  const double peak = 1.5 / std::max(scale, 1.0);
  const int bits = static_cast<int>(std::floor(std::log2(32767.0 / peak)));
  return std::min(bits, most_bits);
}

/// Rounds the running sum instead of each weight, so that the total is exact: a flat picture stays
/// flat, whatever the number of taps. Returns how many taps are in use.
std::uint32_t quantise(std::span<const double> raw, int bits, std::span<std::int16_t> weights) {
  double total = 0;
  for (const double weight : raw) {
    total += weight;
  }
  const double unit = static_cast<double>(1 << bits) / total;
  // Keeps the sum positive, so that a cast rounds it to nearest.
  constexpr int kLift = 1 << 20;
  double running = kLift + 0.5;
  int before = kLift;
  std::uint32_t used = 1;
  for (std::uint32_t k = 0; k < raw.size(); ++k) {
    running += raw[k] * unit;
    const int now = static_cast<int>(running);
    const int weight = std::clamp(now - before, -32767, 32767);
    weights[k] = static_cast<std::int16_t>(weight);
    used = weight != 0 ? k + 1 : used;
    before = now;
  }
  return used;
}

}  // namespace

std::uint32_t axis_taps(std::uint32_t in, std::uint32_t out, Filter filter) {
  const double scale = static_cast<double>(in) / out;
  const double width = 2 * support_of(filter, scale) * std::max(scale, 1.0);
  const auto taps = static_cast<std::uint32_t>(std::ceil(width)) + 1;
  // At least 4, so that the memory for a plane bounds that of its subsampled companions.
  return std::max(taps + (taps % 2), 4U);
}

std::size_t axis_bytes(std::uint32_t in, std::uint32_t out, Filter filter) {
  const std::size_t taps = axis_taps(in, out, filter);
  const std::size_t tables = out * ((taps * sizeof(std::int16_t)) + (2 * sizeof(std::uint32_t)));
  return (taps * sizeof(double)) + ((tables + 7) / 8 * 8);
}

Axis build_axis(const AxisRequest& request, std::span<std::byte> memory) {
  const std::uint32_t taps = axis_taps(request.in, request.out, request.filter);
  ALBUMEN_DCHECK(memory.size() >= axis_bytes(request.in, request.out, request.filter));
  auto* raw_memory = reinterpret_cast<double*>(memory.data());
  auto* starts = reinterpret_cast<std::uint32_t*>(raw_memory + taps);
  auto* counts = starts + request.out;
  auto* weights = reinterpret_cast<std::int16_t*>(counts + request.out);

  const double scale = request.extent / request.out;
  const double reach = support_of(request.filter, scale) * std::max(scale, 1.0);
  const int bits = bits_for(scale, request.most_bits);
  const double last_start = request.in > taps ? request.in - taps : 0.0;
  for (std::uint32_t x = 0; x < request.out; ++x) {
    const double centre = request.offset + ((x + 0.5) * scale);
    const double start = std::clamp(std::floor(centre - reach), 0.0, last_start);
    const std::span<double> raw{raw_memory, std::min(taps, request.in)};
    for (std::size_t k = 0; k < raw.size(); ++k) {
      raw[k] = raw_weight(request.filter, scale, centre, start + static_cast<double>(k));
    }
    const std::uint32_t entry = request.reversed ? request.out - 1 - x : x;
    const std::span<std::int16_t> row{weights + (std::size_t{entry} * taps), taps};
    std::ranges::fill(row, std::int16_t{0});
    counts[entry] = quantise(raw, bits, row);
    starts[entry] = static_cast<std::uint32_t>(start);
  }
  return {.in = request.in,
          .out = request.out,
          .taps = taps,
          .bits = bits,
          .starts = starts,
          .counts = counts,
          .weights = weights};
}

}  // namespace albumen::internal
