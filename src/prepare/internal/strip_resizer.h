// SPDX-License-Identifier: Apache-2.0
// Resizes one stored plane or interleaved picture into its upright place, 16 output lines at a
// time, so that several planes can go in step and nothing larger than a few input lines is held.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/geometry.h"
#include "core/image_view.h"
#include "prepare/internal/axis.h"
#include "prepare/resize.h"

namespace albumen::internal {

/// Largest quotient of luma and chroma sides that is accepted (JPEG's sampling factors are 1..4).
inline constexpr std::uint32_t kMostSubsampling = 4;

struct ResizeGeometry {
  Size out;  ///< upright
  Size in;   ///< stored
  /// Of the output. 4-channel input with 3 here is composited over white on the way.
  int channels = 1;
  Filter filter = Filter::kArea;
  Orientation orientation = Orientation::kUpright;
  /// Part of `in` that the output covers, in stored samples; an extent of 0 means all of it. See
  /// AxisRequest.
  double extent_x = 0;
  double extent_y = 0;
  double offset_x = 0;
  double offset_y = 0;
  bool over_white = false;
  /// 4 channels, straight alpha: colours are multiplied by it before anything is mixed.
  bool premultiplied = false;
  /// Results keep kFineBits: for run_fine. Of one channel only.
  bool fine = false;
};

/// Whether an orientation runs the stored horizontal, or vertical, axis backwards.
bool reverses_across(Orientation orientation);
bool reverses_down(Orientation orientation);

/// One thread. Views into the input and the scratch must live as long as it does.
class StripResizer {
 public:
  static std::size_t scratch_bytes(const ResizeGeometry& geometry);

  /// At least scratch_bytes of that picture's chroma planes, which are at most kMostSubsampling
  /// times smaller. REQUIRES: 1 channel.
  static std::size_t scratch_bound(const ResizeGeometry& geometry);

  /// REQUIRES: `in` of geometry.in with geometry.channels (4 when over_white), scratch of
  /// scratch_bytes aligned to 64.
  StripResizer(const ResizeGeometry& geometry, ImageView in, std::span<std::byte> scratch);

  /// The same resize of another plane: shares the tables of `like`, whose scratch must live as
  /// long. REQUIRES: `in` and `scratch` as for the constructor above with the geometry of `like`.
  StripResizer(const StripResizer& like, ImageView in, std::span<std::byte> scratch);

  /// Strips are 16 rows of the upright picture, or 16 columns where the turn swaps the sides.
  [[nodiscard]] std::uint32_t strip_count() const;

  /// The strip's rectangle of an upright picture of size geometry.out.
  [[nodiscard]] MutableImageView strip_of(MutableImageView whole, std::uint32_t strip) const;

  /// Fills `out`, which has the size of strip_of(whole, strip). REQUIRES: not geometry.fine.
  void run(std::uint32_t strip, MutableImageView out);

  /// The strip with kFineBits, as [stored columns][kStripLines], aligned to 64; valid until the
  /// next strip. REQUIRES: geometry.fine.
  const std::int16_t* run_fine(std::uint32_t strip);

 private:
  struct Columns {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  [[nodiscard]] Columns columns_used() const;
  void take_buffers(std::span<std::byte> scratch);
  void filter_directly(std::uint32_t strip);
  void filter_staged(std::uint32_t strip);
  void filter_down(std::uint32_t strip);

  ResizeGeometry geometry_;
  ImageView in_;
  Axis across_;   // stored horizontal axis
  Axis down_;     // stored vertical axis
  Columns used_;  // stored columns that across_ reads
  std::int16_t* columns_ = nullptr;
  std::uint8_t* samples_ = nullptr;  // or int16 where fine
  std::uint8_t* stage_ = nullptr;    // null when the input can be read in place
};

/// Writes `samples` [stored columns][channels of out][kStripLines] to the place of the strip.
void write_strip(const std::uint8_t* samples, Orientation orientation, MutableImageView out);

/// All strips of `whole`.
void run_all(StripResizer& resizer, MutableImageView whole);

}  // namespace albumen::internal
