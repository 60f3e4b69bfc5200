// SPDX-License-Identifier: Apache-2.0
// Shrinks a picture by a whole factor while its rows arrive, in any order and with gaps: every
// source pixel is added to the box it falls into. So a huge PNG needs one row of sums, and an
// interlaced one the sums of the small picture, never the full frame. Tested by
// box_shrink_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/image_view.h"
#include "core/units.h"

namespace albumen {

/// Largest factor: the sum of a box of alpha-weighted samples, 255 * 255 * 256 * 256, fits 32 bits.
inline constexpr std::uint32_t kMaxShrink = 256;

/// A run of pixels of one source row: pixel i is at x = first + i * step.
struct PixelRun {
  std::uint32_t y = 0;
  std::uint32_t first = 0;
  std::uint32_t step = 1;
  std::span<const std::uint8_t> pixels;  ///< channels bytes each
};

enum class RowOrder : std::uint8_t {
  kTopDown,  ///< every row once, from the top: sums of one output row are enough
  kAny,      ///< as interlacing brings them
};

struct ShrinkShape {
  Size source;
  std::uint32_t factor = 1;  ///< 1..kMaxShrink
  int channels = 3;          ///< 1, 3, or 4 with straight alpha last
  RowOrder order = RowOrder::kTopDown;

  [[nodiscard]] Size target() const;

  /// How many sums `BoxShrink` needs.
  [[nodiscard]] std::size_t sum_count() const;
};

/// Colours are weighted by alpha, so that transparent pixels do not bleed. One thread.
class BoxShrink {
 public:
  /// `sums` has shape.sum_count() entries, `out` shape.target() pixels; both outlive it.
  BoxShrink(const ShrinkShape& shape, std::span<std::uint32_t> sums, MutableImageView out);

  /// REQUIRES: the run lies inside the source; with kTopDown, whole rows in order.
  void add(const PixelRun& run);

  /// Writes all rows not yet written. Boxes with missing pixels come out darker, never undefined.
  void finish();

 private:
  [[nodiscard]] std::uint32_t* sums_of(std::uint32_t target_row);
  void write_row(std::uint32_t target_row);

  ShrinkShape shape_;
  std::span<std::uint32_t> sums_;
  MutableImageView out_;
  std::uint32_t written_ = 0;  // rows of out_
};

}  // namespace albumen
