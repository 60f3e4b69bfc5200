// SPDX-License-Identifier: Apache-2.0
// One axis of a separable resize as a table: for each output sample, where its taps start and
// their int16 weights. Built in memory that the caller paid for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "prepare/resize.h"

namespace albumen::internal {

struct AxisRequest {
  std::uint32_t in = 0;
  /// Input length that the output covers, in samples, in (0, in - offset]: a subsampled plane's
  /// last sample may lie partly outside the picture, and a cut leaves out both ends.
  double extent = 0;
  /// Where that part begins. Filters see what lies around it.
  double offset = 0;
  std::uint32_t out = 0;
  Filter filter = Filter::kArea;
  /// Output sample x is that of out - 1 - x: a mirror for free.
  bool reversed = false;
  /// Weights are w * 2^bits; the table may choose fewer bits so that they fit int16.
  int most_bits = 14;
};

struct Axis {
  std::uint32_t in = 0;
  std::uint32_t out = 0;
  std::uint32_t taps = 0;  ///< row length of `weights`; even, the unused ones are 0
  int bits = 0;            ///< the weights of one output sample sum up to exactly 2^bits
  const std::uint32_t* starts = nullptr;  ///< [out]
  const std::uint32_t* counts = nullptr;  ///< [out]; taps in use: 1..taps, start + count <= in
  const std::int16_t* weights = nullptr;  ///< [out][taps]
};

/// Memory that `build_axis` needs. Grows with `in`.
std::size_t axis_bytes(std::uint32_t in, std::uint32_t out, Filter filter);

/// Taps per output sample of that axis.
std::uint32_t axis_taps(std::uint32_t in, std::uint32_t out, Filter filter);

/// REQUIRES: in, out > 0; memory of axis_bytes, aligned to 8.
Axis build_axis(const AxisRequest& request, std::span<std::byte> memory);

}  // namespace albumen::internal
