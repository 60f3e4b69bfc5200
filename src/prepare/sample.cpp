// SPDX-License-Identifier: Apache-2.0
#include "prepare/sample.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fmt/core.h>
#include <optional>
#include <span>

#include "core/error.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"
#include "govern/images.h"
#include "prepare/internal/color.h"
#include "prepare/internal/kernels.h"
#include "prepare/internal/plane_resize.h"
#include "prepare/internal/strip_resizer.h"

namespace albumen {
namespace {

using internal::Region;
using internal::ResizeGeometry;
using internal::StripResizer;

/// Regions start and end at multiples of this where the picture does not end first, so that no
/// chroma sample is cut.
constexpr std::uint32_t kRegionUnit = 4;

/// Longest side of a shrunk region for a patch: a turned patch spans less than the sum of its
/// sides, and the rest is margin. Maps that stretch one side more are read more coarsely.
std::uint32_t longest_region(Size out) { return out.width + out.height + (4 * kRegionUnit); }

double determinant(const Affine& map) {
  return (double{map.xx} * map.yy) - (double{map.xy} * map.yx);
}

bool is_finite(const Affine& map) {
  const std::array values{map.xx, map.xy, map.x0, map.yx, map.yy, map.y0};
  return std::ranges::all_of(values, [](float value) { return std::isfinite(value); });
}

std::size_t round_up_64(std::size_t value) { return (value + 63) / 64 * 64; }

/// From upright coordinates at the decode's scale to stored ones: the inverse of the turn.
Affine to_stored(Size stored, Orientation orientation) {
  const auto w = static_cast<float>(stored.width);
  const auto h = static_cast<float>(stored.height);
  switch (orientation) {
    case Orientation::kUpright:
      return {};
    case Orientation::kMirrorHorizontal:
      return {.xx = -1, .x0 = w};
    case Orientation::kRotate180:
      return {.xx = -1, .x0 = w, .yy = -1, .y0 = h};
    case Orientation::kMirrorVertical:
      return {.yy = -1, .y0 = h};
    case Orientation::kTranspose:
      return {.xx = 0, .xy = 1, .yx = 1, .yy = 0};
    case Orientation::kRotate90:
      return {.xx = 0, .xy = 1, .yx = -1, .yy = 0, .y0 = h};
    case Orientation::kTransverse:
      return {.xx = 0, .xy = -1, .x0 = w, .yx = -1, .yy = 0, .y0 = h};
    case Orientation::kRotate270:
      return {.xx = 0, .xy = -1, .x0 = w, .yx = 1, .yy = 0};
  }
  return {};
}

/// [low, high) widened to whole units inside [0, limit); empty where they do not meet.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t length = 0;
};

Span span_inside(double low, double high, std::uint32_t limit) {
  const double unit = kRegionUnit;
  const double begin = std::clamp(std::floor(low / unit) * unit, 0.0, static_cast<double>(limit));
  const double end = std::clamp(std::ceil(high / unit) * unit, 0.0, static_cast<double>(limit));
  if (begin >= end) {
    return {};
  }
  return {.begin = static_cast<std::uint32_t>(begin),
          .length = static_cast<std::uint32_t>(end - begin)};
}

/// The part of a picture that a patch reads, and the size it is shrunk to before.
struct Reading {
  Region region;
  Size shrunk;
};

/// Nothing where the patch lies outside the picture.
std::optional<Reading> plan_reading(Size out, Size stored, const Affine& map) {
  const double step = std::max(std::sqrt(std::abs(determinant(map))), 1.0);
  const auto w = static_cast<float>(out.width);
  const auto h = static_cast<float>(out.height);
  const std::array corners{map.apply({.x = 0, .y = 0}), map.apply({.x = w, .y = 0}),
                           map.apply({.x = 0, .y = h}), map.apply({.x = w, .y = h})};
  const auto [left, right] = std::ranges::minmax(corners, {}, &Point::x);
  const auto [top, bottom] = std::ranges::minmax(corners, {}, &Point::y);
  const Span x = span_inside(left.x - step, right.x + step, stored.width);
  const Span y = span_inside(top.y - step, bottom.y + step, stored.height);
  if (x.length == 0 || y.length == 0) {
    return std::nullopt;
  }
  const auto shrink = [&](std::uint32_t length) {
    const auto shrunk = static_cast<std::uint32_t>(std::lround(length / step));
    return std::clamp(shrunk, 1U, longest_region(out));
  };
  return Reading{.region = {.x = x.begin, .y = y.begin, .size = {x.length, y.length}},
                 .shrunk = {.width = shrink(x.length), .height = shrink(y.length)}};
}

/// Interleaved pixels with one black pixel all around, so that reading needs no bounds.
class FramedPixels {
 public:
  static std::size_t bytes(Size size, int channels) {
    return std::size_t{size.width + 2} * (size.height + 2) * static_cast<std::size_t>(channels);
  }

  FramedPixels(std::uint8_t* memory, Size size, int channels)
      : size_(size),
        framed_(memory, {.width = size.width + 2, .height = size.height + 2}, channels,
                std::size_t{size.width + 2} * static_cast<std::size_t>(channels)) {
    std::memset(memory, 0, bytes(size, channels));
  }

  [[nodiscard]] MutableImageView inside() const { return internal::part_of(framed_, 1, 1, size_); }

  [[nodiscard]] std::size_t channels() const {
    return static_cast<std::size_t>(framed_.channels());
  }

  /// Bilinear reading at (x, y) of the framed picture in units of 2^-16 pixels, where whole
  /// numbers are pixel centres; what lies outside reads as the frame. Sums are exact integers,
  /// rounded once.
  void read(std::int64_t x, std::int64_t y, std::uint8_t* out) const {
    x = std::clamp<std::int64_t>(x, 0, last_x_);
    y = std::clamp<std::int64_t>(y, 0, last_y_);
    const auto right = static_cast<std::uint32_t>(x >> kDropped) & (kWeightOne - 1);
    const auto below = static_cast<std::uint32_t>(y >> kDropped) & (kWeightOne - 1);
    const std::size_t next = channels();
    const std::uint8_t* upper =
        framed_.data() + (static_cast<std::size_t>(y >> kFixedBits) * framed_.stride_bytes()) +
        (static_cast<std::size_t>(x >> kFixedBits) * next);
    const std::uint8_t* lower = upper + framed_.stride_bytes();
    for (std::size_t c = 0; c < next; ++c) {
      const std::uint32_t a = (upper[c] * (kWeightOne - right)) + (upper[c + next] * right);
      const std::uint32_t b = (lower[c] * (kWeightOne - right)) + (lower[c + next] * right);
      const std::uint32_t sum = (a * (kWeightOne - below)) + (b * below);
      out[c] =
          static_cast<std::uint8_t>((sum + (kWeightOne * kWeightOne / 2)) >> (2 * kWeightBits));
    }
  }

  static constexpr int kFixedBits = 16;

 private:
  static constexpr int kWeightBits = 11;
  static constexpr int kDropped = kFixedBits - kWeightBits;
  static constexpr std::uint32_t kWeightOne = 1U << kWeightBits;

  Size size_;
  MutableImageView framed_;
  // One step short of the last frame line, so that the pixel after it always exists.
  std::int64_t last_x_ = (std::int64_t{size_.width + 1} << kFixedBits) - 1;
  std::int64_t last_y_ = (std::int64_t{size_.height + 1} << kFixedBits) - 1;
};

void fill_black(MutableImageView out) {
  for (std::uint32_t y = 0; y < out.height(); ++y) {
    std::ranges::fill(out.row(y), std::uint8_t{0});
  }
}

void read_patch(MutableImageView out, const FramedPixels& pixels, const Reading& reading,
                const Affine& map) {
  const double unit = 1 << FramedPixels::kFixedBits;
  const double scale_x = unit * reading.shrunk.width / reading.region.size.width;
  const double scale_y = unit * reading.shrunk.height / reading.region.size.height;
  // The frame moves centres from +0.5 to whole numbers: pixel 0 of the region is pixel 1.
  const double left = (scale_x * (double{map.x0} - reading.region.x)) + (unit / 2);
  const double top = (scale_y * (double{map.y0} - reading.region.y)) + (unit / 2);
  // Maps may lead anywhere; what is further out than this is black anyway.
  const auto fixed = [](double value) {
    return static_cast<std::int64_t>(std::clamp(value, -1e13, 1e13));
  };
  const std::int64_t step_x = fixed(scale_x * map.xx);
  const std::int64_t step_y = fixed(scale_y * map.yx);
  const auto channels = static_cast<std::size_t>(out.channels());
  const bool repeats = channels > pixels.channels();  // grey into all three
  for (std::uint32_t j = 0; j < out.height(); ++j) {
    const double row = j + 0.5;
    std::int64_t x = fixed(left + (scale_x * ((map.xx * 0.5) + (map.xy * row))));
    std::int64_t y = fixed(top + (scale_y * ((map.yx * 0.5) + (map.yy * row))));
    std::uint8_t* to = out.row(j).data();
    for (std::uint32_t i = 0; i < out.width(); ++i, to += channels, x += step_x, y += step_y) {
      pixels.read(x, y, to);
      if (repeats) {
        to[1] = to[0];
        to[2] = to[0];
      }
    }
  }
}

/// Where a patch is read from. Knows how to shrink one of its regions.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual Size stored_size() const = 0;
  [[nodiscard]] virtual int channels() const = 0;
  [[nodiscard]] virtual std::size_t scratch_bytes(const Reading& reading) const = 0;
  virtual void shrink(MutableImageView out, const Region& region,
                      std::span<std::byte> scratch) const = 0;
};

class PlainSource : public Source {
 public:
  explicit PlainSource(ImageView pixels) : pixels_(pixels) {}

  [[nodiscard]] Size stored_size() const override { return pixels_.size(); }

  [[nodiscard]] int channels() const override { return pixels_.channels(); }

  [[nodiscard]] std::size_t scratch_bytes(const Reading& reading) const override {
    return StripResizer::scratch_bytes(geometry(reading.shrunk, reading.region.size));
  }

  void shrink(MutableImageView out, const Region& region,
              std::span<std::byte> scratch) const override {
    const ImageView part = internal::part_of(pixels_, region.x, region.y, region.size);
    StripResizer resizer{geometry(out.size(), region.size), part, scratch};
    internal::run_all(resizer, out);
  }

 private:
  [[nodiscard]] ResizeGeometry geometry(Size out, Size in) const {
    return {.out = out, .in = in, .channels = pixels_.channels()};
  }

  ImageView pixels_;
};

/// A decoded picture in colour; turning is the map's business.
class PictureSource : public Source {
 public:
  explicit PictureSource(const DecodedImage& image) : image_(image) {}

  [[nodiscard]] Size stored_size() const override { return image_.stored_size; }

  [[nodiscard]] int channels() const override { return 3; }

  [[nodiscard]] std::size_t scratch_bytes(const Reading& reading) const override {
    return internal::rgb_scratch_bytes(image_.layout,
                                       geometry(reading.shrunk, reading.region.size));
  }

  void shrink(MutableImageView out, const Region& region,
              std::span<std::byte> scratch) const override {
    internal::resize_to_rgb({.rgb = out, .luma = {}}, image_, region,
                            geometry(out.size(), region.size), scratch);
  }

 private:
  [[nodiscard]] ResizeGeometry geometry(Size out, Size in) const {
    return internal::geometry_for(image_.layout, out, in, Orientation::kUpright);
  }

  const DecodedImage& image_;  // outlives the call that made this
};

Result<void> sample(MutableImageView out, const Source& source, const Affine& map,
                    Reservation& job) {
  const std::optional<Reading> reading = plan_reading(out.size(), source.stored_size(), map);
  if (!reading) {
    fill_black(out);
    return {};
  }
  const std::size_t scratch_bytes = round_up_64(source.scratch_bytes(*reading));
  const std::size_t bytes = scratch_bytes + FramedPixels::bytes(reading->shrunk, source.channels());
  ByteBuffer buffer = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, bytes));
  const FramedPixels pixels{buffer.data() + scratch_bytes, reading->shrunk, source.channels()};
  source.shrink(pixels.inside(), reading->region, buffer.bytes().subspan(0, scratch_bytes));
  read_patch(out, pixels, *reading, map);
  buffer.release_to(job);
  return {};
}

/// Scratch of resizing any region of a picture, of whatever layout and lying or standing, to at
/// most `side` squared.
std::size_t shrink_bound(Size decoded, std::uint32_t side) {
  const std::uint32_t longest = decoded.longest_side();
  const Size in{.width = longest, .height = longest};
  const Size out{.width = side, .height = side};
  const auto bytes_for = [&](PixelLayout layout) {
    return internal::rgb_scratch_bytes(
        layout, internal::geometry_for(layout, out, in, Orientation::kUpright));
  };
  const std::size_t most = std::max(bytes_for(PixelLayout::kYcc8), bytes_for(PixelLayout::kRgb8));
  // A region may be staged where the picture is not: three planes, or pixels of three channels.
  const std::size_t stage = std::size_t{longest} * internal::kTileUnit * 3;
  // Smaller outputs of smaller regions have shorter but wider tables.
  return most + stage + (std::size_t{longest} * 32);
}

Result<void> check(MutableImageView out, bool good_source, const Affine& map) {
  if (out.empty() || !good_source) {
    return fail(ErrorCode::kInvalidArgument, "sampling needs a patch and a picture that fit");
  }
  if (!is_finite(map) || determinant(map) == 0 || !std::isfinite(determinant(map))) {
    return fail(ErrorCode::kInvalidArgument, "sampling needs a finite, invertible map");
  }
  return {};
}

}  // namespace

Affine compose(const Affine& outer, const Affine& inner) {
  return {.xx = (outer.xx * inner.xx) + (outer.xy * inner.yx),
          .xy = (outer.xx * inner.xy) + (outer.xy * inner.yy),
          .x0 = (outer.xx * inner.x0) + (outer.xy * inner.y0) + outer.x0,
          .yx = (outer.yx * inner.xx) + (outer.yy * inner.yx),
          .yy = (outer.yx * inner.xy) + (outer.yy * inner.yy),
          .y0 = (outer.yx * inner.x0) + (outer.yy * inner.y0) + outer.y0};
}

Affine crop_to(Size out, const Rect& from) {
  return {.xx = from.width / static_cast<float>(out.width),
          .x0 = from.x,
          .yy = from.height / static_cast<float>(out.height),
          .y0 = from.y};
}

Bytes sample_scratch_bytes(Size out, Size decoded) {
  if (out.empty() || decoded.empty()) {
    return {};
  }
  const std::uint32_t side = longest_region(out);
  const std::size_t pixels = FramedPixels::bytes({.width = side, .height = side}, 4);
  return Bytes{round_up_64(shrink_bound(decoded, side)) + pixels};
}

Result<void> sample_affine(MutableImageView out, const DecodedImage& image,
                           const Affine& out_to_original, Reservation& job) {
  const bool gray = image.layout == PixelLayout::kGray8;
  TRY(internal::check_planes(image));
  TRY(check(out, !image.stored_original.empty() && out.channels() == 3, out_to_original));
  const Size original = image.original_size();
  const Size decoded = image.size();
  const Affine to_decoded{
      .xx = static_cast<float>(decoded.width) / static_cast<float>(original.width),
      .yy = static_cast<float>(decoded.height) / static_cast<float>(original.height)};
  const Affine map = compose(to_stored(image.stored_size, image.orientation),
                             compose(to_decoded, out_to_original));
  if (gray) {
    return sample(out, PlainSource{image.planes[0]}, map, job);
  }
  return sample(out, PictureSource{image}, map, job);
}

Result<void> sample_affine(MutableImageView out, ImageView in, const Affine& out_to_in,
                           Reservation& job) {
  const bool usual = in.channels() == 1 || in.channels() == 3;
  TRY(check(out, !in.empty() && usual && out.channels() == in.channels(), out_to_in));
  return sample(out, PlainSource{in}, out_to_in, job);
}

}  // namespace albumen
