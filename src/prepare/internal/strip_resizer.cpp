// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/strip_resizer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/check.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "prepare/internal/axis.h"
#include "prepare/internal/color.h"
#include "prepare/internal/kernels.h"

namespace albumen::internal {
namespace {

/// Pixels of one stage: with 1, 3 or 4 channels one tile.
constexpr std::size_t kStagePixels = kTileUnit;
static_assert(4 * kStagePixels <= kWidestTile);

constexpr std::size_t round_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

/// Where a picture's parts lie in the scratch.
struct Layout {
  std::size_t across = 0;
  std::size_t down = 0;
  std::size_t columns = 0;
  std::size_t samples = 0;
  std::size_t stage = 0;
  std::size_t total = 0;
  std::size_t stage_bytes = 0;
  std::size_t column_count = 0;
};

/// Output length along the stored horizontal and vertical axis.
Size stored_out(const ResizeGeometry& geometry) {
  return swaps_sides(geometry.orientation) ? geometry.out.transposed() : geometry.out;
}

std::size_t samples_per_line(const ResizeGeometry& geometry) {
  return std::size_t{geometry.in.width} * static_cast<std::size_t>(geometry.channels);
}

bool needs_stage(const ResizeGeometry& geometry) {
  return geometry.over_white || geometry.premultiplied || samples_per_line(geometry) < kTileUnit;
}

/// Input lines that one strip can touch.
std::size_t lines_per_strip(const ResizeGeometry& geometry) {
  const Size out = stored_out(geometry);
  const double scale = static_cast<double>(geometry.in.height) / out.height;
  const double span = std::ceil(scale * kStripLines) + 2;
  const std::size_t lines =
      static_cast<std::size_t>(span) + axis_taps(geometry.in.height, out.height, geometry.filter);
  return std::min<std::size_t>(lines, geometry.in.height);
}

Layout layout_of(const ResizeGeometry& geometry) {
  const Size out = stored_out(geometry);
  const auto channels = static_cast<std::size_t>(geometry.channels);
  const std::size_t stage_samples = kStagePixels * channels;
  Layout layout;
  // One column more than the picture has: the partner of an odd last tap.
  layout.column_count = round_up(samples_per_line(geometry) + channels, stage_samples);
  layout.stage_bytes = needs_stage(geometry) ? lines_per_strip(geometry) * stage_samples : 0;

  layout.down = round_up(axis_bytes(geometry.in.width, out.width, geometry.filter), 64);
  layout.columns =
      layout.down + round_up(axis_bytes(geometry.in.height, out.height, geometry.filter), 64);
  layout.samples = layout.columns + (layout.column_count * kStripLines * sizeof(std::int16_t));
  const std::size_t sample_bytes = geometry.fine ? sizeof(std::int16_t) : sizeof(std::uint8_t);
  layout.stage = layout.samples + (out.width * channels * kStripLines * sample_bytes);
  layout.total = round_up(layout.stage + layout.stage_bytes, 64);
  return layout;
}

void write_turned(const std::uint8_t* samples, MutableImageView out) {
  // Line i of the strip is column i of the upright picture, and sample x is its row.
  const auto channels = static_cast<std::size_t>(out.channels());
  const std::size_t lines = out.width();
  for (std::uint32_t x = 0; x < out.height(); ++x, samples += channels * kStripLines) {
    std::uint8_t* row = out.row(x).data();
    if (channels == 1) {
      std::memcpy(row, samples, lines);
      continue;
    }
    for (std::size_t i = 0; i < lines; ++i) {
      for (std::size_t c = 0; c < channels; ++c) {
        row[(i * channels) + c] = samples[(c * kStripLines) + i];
      }
    }
  }
}

}  // namespace

/// Which stored axes an orientation runs backwards. The turned picture's own axes follow from
/// EXIF 2.32, 4.6.4 A.
bool reverses_across(Orientation orientation) {
  switch (orientation) {
    case Orientation::kMirrorHorizontal:
    case Orientation::kRotate180:
    case Orientation::kTransverse:
    case Orientation::kRotate270:
      return true;
    default:
      return false;
  }
}

bool reverses_down(Orientation orientation) {
  switch (orientation) {
    case Orientation::kRotate180:
    case Orientation::kMirrorVertical:
    case Orientation::kRotate90:
    case Orientation::kTransverse:
      return true;
    default:
      return false;
  }
}

std::size_t StripResizer::scratch_bytes(const ResizeGeometry& geometry) {
  return layout_of(geometry).total;
}

std::size_t StripResizer::scratch_bound(const ResizeGeometry& geometry) {
  // A chroma plane may be narrow enough to be staged where luma is not.
  const Layout layout = layout_of(geometry);
  const bool may_stage =
      layout.stage_bytes == 0 && samples_per_line(geometry) < kTileUnit * kMostSubsampling;
  return layout.total + (may_stage ? round_up(lines_per_strip(geometry) * kStagePixels, 64) : 0);
}

StripResizer::StripResizer(const ResizeGeometry& geometry, ImageView in,
                           std::span<std::byte> scratch)
    : geometry_(geometry), in_(in) {
  const Layout layout = layout_of(geometry);
  ALBUMEN_DCHECK(in.size() == geometry.in);
  const Size out = stored_out(geometry);
  // 16 bits down: 255 * 1.5 * 2^16 fits int32; 15 across: so does what carries kMiddleBits.
  across_ = build_axis({.in = geometry.in.width,
                        .extent = geometry.extent_x > 0 ? geometry.extent_x : geometry.in.width,
                        .offset = geometry.offset_x,
                        .out = out.width,
                        .filter = geometry.filter,
                        .reversed = reverses_across(geometry.orientation),
                        .most_bits = 15},
                       scratch.subspan(layout.across, layout.down - layout.across));
  down_ = build_axis({.in = geometry.in.height,
                      .extent = geometry.extent_y > 0 ? geometry.extent_y : geometry.in.height,
                      .offset = geometry.offset_y,
                      .out = out.height,
                      .filter = geometry.filter,
                      .reversed = reverses_down(geometry.orientation),
                      .most_bits = 16},
                     scratch.subspan(layout.down, layout.columns - layout.down));
  used_ = columns_used();
  take_buffers(scratch);
}

StripResizer::StripResizer(const StripResizer& like, ImageView in, std::span<std::byte> scratch)
    : geometry_(like.geometry_),
      in_(in),
      across_(like.across_),
      down_(like.down_),
      used_(like.used_) {
  ALBUMEN_DCHECK(in.size() == geometry_.in);
  take_buffers(scratch);
}

StripResizer::Columns StripResizer::columns_used() const {
  if (geometry_.extent_x <= 0) {
    return {.begin = 0, .end = geometry_.in.width};
  }
  // The starts run one way, whichever; the column behind an odd last tap is read with weight 0.
  const std::uint32_t last = across_.out - 1;
  const std::uint32_t begin = std::min(across_.starts[0], across_.starts[last]);
  const std::uint32_t end = std::max(across_.starts[0], across_.starts[last]) + across_.taps;
  return {.begin = begin, .end = std::min(end, geometry_.in.width)};
}

void StripResizer::take_buffers(std::span<std::byte> scratch) {
  const Layout layout = layout_of(geometry_);
  ALBUMEN_DCHECK(scratch.size() >= layout.total);
  columns_ = reinterpret_cast<std::int16_t*>(scratch.data() + layout.columns);
  samples_ = reinterpret_cast<std::uint8_t*>(scratch.data() + layout.samples);
  if (layout.stage_bytes > 0) {
    stage_ = reinterpret_cast<std::uint8_t*>(scratch.data() + layout.stage);
  }
  // The column behind the last one is read with weight 0.
  const std::size_t used = samples_per_line(geometry_) * kStripLines;
  std::fill(columns_ + used, columns_ + (layout.column_count * kStripLines), std::int16_t{0});
}

std::uint32_t StripResizer::strip_count() const {
  const auto lines = static_cast<std::uint32_t>(kStripLines);
  return (down_.out + lines - 1) / lines;
}

MutableImageView StripResizer::strip_of(MutableImageView whole, std::uint32_t strip) const {
  const auto lines = static_cast<std::uint32_t>(kStripLines);
  const std::uint32_t first = strip * lines;
  const std::uint32_t count = std::min(lines, down_.out - first);
  if (swaps_sides(geometry_.orientation)) {
    return part_of(whole, first, 0, {.width = count, .height = whole.height()});
  }
  return part_of(whole, 0, first, {.width = whole.width(), .height = count});
}

void StripResizer::run(std::uint32_t strip, MutableImageView out) {
  ALBUMEN_DCHECK(!geometry_.fine);
  filter_down(strip);
  filter_horizontally(across_, {.columns = columns_,
                                .channels = static_cast<std::size_t>(geometry_.channels),
                                .samples = samples_});
  write_strip(samples_, geometry_.orientation, out);
}

const std::int16_t* StripResizer::run_fine(std::uint32_t strip) {
  ALBUMEN_DCHECK(geometry_.fine && geometry_.channels == 1);
  filter_down(strip);
  auto* const fine = reinterpret_cast<std::int16_t*>(samples_);
  filter_horizontally(across_, {.columns = columns_, .channels = 1, .fine = fine});
  return fine;
}

void StripResizer::filter_down(std::uint32_t strip) {
  if (stage_ == nullptr) {
    filter_directly(strip);
  } else {
    filter_staged(strip);
  }
}

void StripResizer::filter_directly(std::uint32_t strip) {
  const auto channels = static_cast<std::size_t>(geometry_.channels);
  const std::size_t samples = samples_per_line(geometry_);
  const std::size_t tile = samples >= kWidestTile ? kWidestTile : kTileUnit;
  for (std::size_t s = used_.begin * channels; s < used_.end * channels; s += tile) {
    // The last tile overlaps the one before, so that nothing beyond a line is ever read.
    const std::size_t first = std::min(s, samples - tile);
    filter_vertically(down_, {.source = in_.data() + first,
                              .stride_bytes = in_.stride_bytes(),
                              .first_line = 0,
                              .samples = tile,
                              .strip = strip,
                              .columns = columns_ + (first * kStripLines)});
  }
}

void StripResizer::filter_staged(std::uint32_t strip) {
  const auto lines = static_cast<std::uint32_t>(kStripLines);
  const std::uint32_t one_end = strip * lines;
  const std::uint32_t other_end = std::min(one_end + lines, down_.out) - 1;
  const std::uint32_t top = std::min(down_.starts[one_end], down_.starts[other_end]);
  const std::uint32_t bottom = std::min(
      std::max(down_.starts[one_end], down_.starts[other_end]) + down_.taps, geometry_.in.height);
  const auto channels = static_cast<std::size_t>(geometry_.channels);
  const std::size_t stage_samples = kStagePixels * channels;
  const auto first = static_cast<std::uint32_t>(used_.begin / kStagePixels * kStagePixels);
  for (std::uint32_t x = first; x < used_.end; x += kStagePixels) {
    const Size size{.width = std::min<std::uint32_t>(kStagePixels, geometry_.in.width - x),
                    .height = bottom - top};
    const ImageView from = part_of(in_, x, top, size);
    const MutableImageView stage{stage_, size, geometry_.channels, stage_samples};
    if (geometry_.over_white) {
      rgba_over(stage, from, kWhite);
    } else if (geometry_.premultiplied) {
      premultiply(stage, from);
    } else {
      for (std::uint32_t y = 0; y < size.height; ++y) {
        std::ranges::copy(from.row(y), stage.row(y).begin());
      }
    }
    filter_vertically(down_, {.source = stage_,
                              .stride_bytes = stage_samples,
                              .first_line = top,
                              .samples = stage_samples,
                              .strip = strip,
                              .columns = columns_ + (std::size_t{x} * channels * kStripLines)});
  }
}

void write_strip(const std::uint8_t* samples, Orientation orientation, MutableImageView out) {
  if (swaps_sides(orientation)) {
    write_turned(samples, out);
    return;
  }
  write_rows({.samples = samples,
              .count = std::size_t{out.width()} * static_cast<std::size_t>(out.channels()),
              .rows = out.data(),
              .stride_bytes = out.stride_bytes(),
              .lines = out.height()});
}

void run_all(StripResizer& resizer, MutableImageView whole) {
  for (std::uint32_t strip = 0; strip < resizer.strip_count(); ++strip) {
    resizer.run(strip, resizer.strip_of(whole, strip));
  }
}

}  // namespace albumen::internal
