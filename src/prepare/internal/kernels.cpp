// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/kernels.h"

#include <cstdint>
#include <cstring>

#include "prepare/internal/axis.h"

// Vectors of unknown length (SVE, RISC-V) order the halves of a demotion differently.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
// The portable target needs vectors too. Highway avoids its emulated ones on GCC below 12.3 because
// of GCC bug 106322 (a wrong high product); the tests run this target like all others.
#undef HWY_BROKEN_EMU128
#define HWY_BROKEN_EMU128 0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "prepare/internal/kernels.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once per target.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace albumen::internal::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Wide8 = hn::CappedTag<std::uint8_t, kTileUnit>;
using Wide16 = hn::Repartition<std::int16_t, Wide8>;
using Wide32 = hn::Repartition<std::int32_t, Wide8>;
using Line16 = hn::CappedTag<std::int16_t, kStripLines>;
using Line32 = hn::Repartition<std::int32_t, Line16>;
using Line8 = hn::Rebind<std::uint8_t, Line16>;
using Block8 = hn::FixedTag<std::uint8_t, 16>;
using Block16 = hn::FixedTag<std::int16_t, 8>;

/// Sums of adjacent products: where the target leaves them in two vectors, both are kept.
template <class D>
struct PairSum {
  hn::Vec<D> even;
  hn::Vec<D> odd;

  HWY_INLINE explicit PairSum(D d) : even(hn::Zero(d)), odd(hn::Zero(d)) {}

  template <class V16>
  HWY_INLINE void add(D d, V16 values, V16 weights) {
    even = hn::ReorderWidenMulAccumulate(d, values, weights, even, odd);
  }

  HWY_INLINE hn::Vec<D> rounded(D d, int shift) const {
    const auto sum = hn::RearrangeToOddPlusEven(even, odd);
    return hn::ShiftRightSame(hn::Add(sum, hn::Set(d, 1 << (shift - 1))), shift);
  }
};

HWY_INLINE std::int32_t weight_pair(const std::int16_t* weights) {
  std::int32_t pair = 0;
  std::memcpy(&pair, weights, sizeof(pair));
  return pair;
}

/// One output line of `width` vector lanes, as int16 with kMiddleBits. Within a vector the halves
/// of each 16-byte block come out apart: first all lower halves, then all upper ones.
HWY_INLINE void vertical_line(const VerticalTile& tile, const Axis& axis, std::uint32_t line,
                              std::int16_t* out) {
  const Wide8 d8;
  const Wide16 d16;
  const Wide32 d32;
  const std::size_t lanes = hn::Lanes(d8);
  const std::uint32_t start = axis.starts[line];
  const std::int16_t* weights = axis.weights + (std::size_t{line} * axis.taps);
  const std::uint32_t taps = axis.counts[line];
  const std::uint8_t* first =
      tile.source + (std::size_t{start - tile.first_line} * tile.stride_bytes);
  const auto zero = hn::Zero(d8);
  const int shift = axis.bits - kMiddleBits;
  for (std::size_t x = 0; x < tile.samples; x += lanes) {
    PairSum<Wide32> sum0(d32);
    PairSum<Wide32> sum1(d32);
    PairSum<Wide32> sum2(d32);
    PairSum<Wide32> sum3(d32);
    const std::uint8_t* source = first + x;
    for (std::uint32_t k = 0; k < taps; k += 2, source += 2 * tile.stride_bytes) {
      const auto pair = hn::BitCast(d16, hn::Set(d32, weight_pair(weights + k)));
      const auto a = hn::LoadU(d8, source);
      // An odd last tap has a partner of weight 0, which must still be a line of the picture.
      const auto b = hn::LoadU(d8, k + 1 < taps ? source + tile.stride_bytes : source);
      // The next tile's part of these lines: a new line each time is what the processor's own
      // prefetching does not foresee.
      hwy::Prefetch(source + tile.samples);
      hwy::Prefetch(source + tile.stride_bytes + tile.samples);
      const auto low = hn::InterleaveLower(d8, a, b);
      const auto high = hn::InterleaveUpper(d8, a, b);
      sum0.add(d32, hn::BitCast(d16, hn::InterleaveLower(d8, low, zero)), pair);
      sum1.add(d32, hn::BitCast(d16, hn::InterleaveUpper(d8, low, zero)), pair);
      sum2.add(d32, hn::BitCast(d16, hn::InterleaveLower(d8, high, zero)), pair);
      sum3.add(d32, hn::BitCast(d16, hn::InterleaveUpper(d8, high, zero)), pair);
    }
    hn::Store(hn::ReorderDemote2To(d16, sum0.rounded(d32, shift), sum1.rounded(d32, shift)), d16,
              out + x);
    hn::Store(hn::ReorderDemote2To(d16, sum2.rounded(d32, shift), sum3.rounded(d32, shift)), d16,
              out + x + (lanes / 2));
  }
}

/// Turns 8 lines of 8 samples.
HWY_INLINE void turn_8x8(const std::int16_t* in, std::size_t in_stride, std::int16_t* out,
                         std::size_t out_stride) {
  const Block16 d;
  const hn::Repartition<std::int32_t, Block16> d32;
  const hn::Repartition<std::int64_t, Block16> d64;
  // Each step interleaves lines that are 4 apart; after three, the lines are columns.
  const auto r0 = hn::Load(d, in);
  const auto r1 = hn::Load(d, in + in_stride);
  const auto r2 = hn::Load(d, in + (2 * in_stride));
  const auto r3 = hn::Load(d, in + (3 * in_stride));
  const auto r4 = hn::Load(d, in + (4 * in_stride));
  const auto r5 = hn::Load(d, in + (5 * in_stride));
  const auto r6 = hn::Load(d, in + (6 * in_stride));
  const auto r7 = hn::Load(d, in + (7 * in_stride));
  const auto a0 = hn::BitCast(d32, hn::InterleaveLower(d, r0, r1));
  const auto a1 = hn::BitCast(d32, hn::InterleaveLower(d, r2, r3));
  const auto a2 = hn::BitCast(d32, hn::InterleaveLower(d, r4, r5));
  const auto a3 = hn::BitCast(d32, hn::InterleaveLower(d, r6, r7));
  const auto a4 = hn::BitCast(d32, hn::InterleaveUpper(d, r0, r1));
  const auto a5 = hn::BitCast(d32, hn::InterleaveUpper(d, r2, r3));
  const auto a6 = hn::BitCast(d32, hn::InterleaveUpper(d, r4, r5));
  const auto a7 = hn::BitCast(d32, hn::InterleaveUpper(d, r6, r7));
  const auto b0 = hn::BitCast(d64, hn::InterleaveLower(d32, a0, a1));
  const auto b1 = hn::BitCast(d64, hn::InterleaveUpper(d32, a0, a1));
  const auto b2 = hn::BitCast(d64, hn::InterleaveLower(d32, a2, a3));
  const auto b3 = hn::BitCast(d64, hn::InterleaveUpper(d32, a2, a3));
  const auto b4 = hn::BitCast(d64, hn::InterleaveLower(d32, a4, a5));
  const auto b5 = hn::BitCast(d64, hn::InterleaveUpper(d32, a4, a5));
  const auto b6 = hn::BitCast(d64, hn::InterleaveLower(d32, a6, a7));
  const auto b7 = hn::BitCast(d64, hn::InterleaveUpper(d32, a6, a7));
  hn::Store(hn::BitCast(d, hn::InterleaveLower(d64, b0, b2)), d, out);
  hn::Store(hn::BitCast(d, hn::InterleaveUpper(d64, b0, b2)), d, out + out_stride);
  hn::Store(hn::BitCast(d, hn::InterleaveLower(d64, b1, b3)), d, out + (2 * out_stride));
  hn::Store(hn::BitCast(d, hn::InterleaveUpper(d64, b1, b3)), d, out + (3 * out_stride));
  hn::Store(hn::BitCast(d, hn::InterleaveLower(d64, b4, b6)), d, out + (4 * out_stride));
  hn::Store(hn::BitCast(d, hn::InterleaveUpper(d64, b4, b6)), d, out + (5 * out_stride));
  hn::Store(hn::BitCast(d, hn::InterleaveLower(d64, b5, b7)), d, out + (6 * out_stride));
  hn::Store(hn::BitCast(d, hn::InterleaveUpper(d64, b5, b7)), d, out + (7 * out_stride));
}

void filter_tile(const Axis& axis, const VerticalTile& tile) {
  HWY_ALIGN std::int16_t lines[kStripLines * kWidestTile];
  const std::uint32_t first = tile.strip * static_cast<std::uint32_t>(kStripLines);
  for (std::uint32_t i = 0; i < kStripLines; ++i) {
    std::int16_t* line = lines + (i * kWidestTile);
    if (first + i < axis.out) {
      vertical_line(tile, axis, first + i, line);
    } else {
      std::memcpy(line, line - kWidestTile, kWidestTile * sizeof(std::int16_t));
    }
  }
  // Undo the order of vertical_line while turning: 8-sample block b of a vector holds the samples
  // of block 2b, and from the middle on those of the odd blocks.
  const std::size_t lanes = hn::Lanes(Wide8());
  const std::size_t half_blocks = lanes / 16;
  for (std::size_t x = 0; x < tile.samples; x += lanes) {
    for (std::size_t b = 0; b < 2 * half_blocks; ++b) {
      const std::size_t sample = x + (b < half_blocks ? 2 * b : (2 * (b - half_blocks)) + 1) * 8;
      const std::int16_t* in = lines + x + (b * 8);
      std::int16_t* out = tile.columns + (sample * kStripLines);
      turn_8x8(in, kWidestTile, out, kStripLines);
      turn_8x8(in + (8 * kWidestTile), kWidestTile, out + 8, kStripLines);
    }
  }
}

HWY_INLINE void store_line(hn::Vec<Line16> fine, std::int16_t* out) {
  const Line16 d;
  const auto most = hn::Set(d, 255 << kFineBits);
  hn::Store(hn::Min(hn::Max(fine, hn::Zero(d)), most), d, out);
}

HWY_INLINE void store_line(hn::Vec<Line16> fine, std::uint8_t* out) {
  const Line16 d;
  const auto rounded = hn::ShiftRight<kFineBits>(hn::Add(fine, hn::Set(d, 1 << (kFineBits - 1))));
  hn::Store(hn::DemoteTo(Line8(), rounded), Line8(), out);
}

template <class Sample>
void filter_strip_to(const Axis& axis, const HorizontalStrip& strip, Sample* out) {
  const Line16 d16;
  const Line32 d32;
  const std::size_t lanes = hn::Lanes(d16);
  const std::size_t step = strip.channels * kStripLines;
  const int shift = axis.bits + kMiddleBits - kFineBits;
  const std::int16_t* weights = axis.weights;
  for (std::uint32_t x = 0; x < axis.out; ++x, weights += axis.taps) {
    const std::int16_t* first = strip.columns + (axis.starts[x] * step);
    const std::uint32_t taps = axis.counts[x];
    for (std::size_t c = 0; c < strip.channels; ++c, first += kStripLines, out += kStripLines) {
      for (std::size_t i = 0; i < kStripLines; i += lanes) {
        PairSum<Line32> low(d32);
        PairSum<Line32> high(d32);
        const std::int16_t* column = first + i;
        for (std::uint32_t k = 0; k < taps; k += 2, column += 2 * step) {
          const auto pair = hn::BitCast(d16, hn::Set(d32, weight_pair(weights + k)));
          const auto a = hn::Load(d16, column);
          const auto b = hn::Load(d16, column + step);
          low.add(d32, hn::InterleaveLower(d16, a, b), pair);
          high.add(d32, hn::InterleaveUpper(d16, a, b), pair);
        }
        store_line(hn::ReorderDemote2To(d16, low.rounded(d32, shift), high.rounded(d32, shift)),
                   out + i);
      }
    }
  }
}

void filter_strip(const Axis& axis, const HorizontalStrip& strip) {
  if (strip.fine != nullptr) {
    filter_strip_to(axis, strip, strip.fine);
  } else {
    filter_strip_to(axis, strip, strip.samples);
  }
}

/// One step of turning 16 x 16 bytes: interleaves line i with line i + 8.
HWY_INLINE void shuffle_16(const std::uint8_t* in, std::uint8_t* out) {
  const Block8 d;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto a = hn::Load(d, in + (i * 16));
    const auto b = hn::Load(d, in + ((i + 8) * 16));
    hn::Store(hn::InterleaveLower(d, a, b), d, out + (2 * i * 16));
    hn::Store(hn::InterleaveUpper(d, a, b), d, out + (((2 * i) + 1) * 16));
  }
}

void turn_rows(const RowsOut& out) {
  const Block8 d;
  HWY_ALIGN std::uint8_t one[256];
  HWY_ALIGN std::uint8_t two[256];
  std::size_t x = 0;
  for (; x + 16 <= out.count; x += 16) {
    shuffle_16(out.samples + (x * kStripLines), one);
    shuffle_16(one, two);
    shuffle_16(two, one);
    shuffle_16(one, two);
    for (std::size_t i = 0; i < out.lines; ++i) {
      hn::StoreU(hn::Load(d, two + (i * 16)), d, out.rows + (i * out.stride_bytes) + x);
    }
  }
  for (; x < out.count; ++x) {
    for (std::size_t i = 0; i < out.lines; ++i) {
      out.rows[(i * out.stride_bytes) + x] = out.samples[(x * kStripLines) + i];
    }
  }
}

}  // namespace
}  // namespace albumen::internal::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace albumen::internal {

HWY_EXPORT(filter_tile);
HWY_EXPORT(filter_strip);
HWY_EXPORT(turn_rows);

void filter_vertically(const Axis& axis, const VerticalTile& tile) {
  HWY_DYNAMIC_DISPATCH(filter_tile)(axis, tile);
}

void filter_horizontally(const Axis& axis, const HorizontalStrip& strip) {
  HWY_DYNAMIC_DISPATCH(filter_strip)(axis, strip);
}

void write_rows(const RowsOut& out) { HWY_DYNAMIC_DISPATCH(turn_rows)(out); }

}  // namespace albumen::internal
#endif
