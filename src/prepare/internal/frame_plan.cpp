// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/frame_plan.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fmt/core.h>

#include "core/error.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/view_spec.h"
#include "govern/images.h"
#include "prepare/frame.h"
#include "prepare/frame_spec.h"
#include "prepare/internal/kernels.h"
#include "prepare/internal/plane_resize.h"
#include "prepare/internal/strip_resizer.h"

namespace albumen::internal {
namespace {

/// Share of each side of the picture that a cut to the shape of `target` leaves: one of them is 1.
struct Shares {
  double x = 1;
  double y = 1;
};

Shares shares_of(Size size, Size target) {
  const std::uint64_t across = std::uint64_t{target.width} * size.height;
  const std::uint64_t down = std::uint64_t{target.height} * size.width;
  const auto quotient = [](std::uint64_t a, std::uint64_t b) {
    return static_cast<double>(a) / static_cast<double>(b);
  };
  return {.x = across < down ? quotient(across, down) : 1.0,
          .y = down < across ? quotient(down, across) : 1.0};
}

std::uint32_t rounded(double side) {
  return static_cast<std::uint32_t>(std::max(std::lround(side), 1L));
}

/// What a picture of the shape of `target`, cut out of `decoded`, becomes.
Size covering_size(Size original, Size decoded, const FrameSpec& spec) {
  const Size target = spec.target;
  const Shares shares = shares_of(original, target);
  const double width = shares.x * decoded.width;
  const double height = shares.y * decoded.height;
  const bool original_covers = target.width <= original.width && target.height <= original.height;
  // Sides of a scaled decode are rounded: less than a pixel is not missing.
  const bool decode_covers = width > target.width - 1.0 && height > target.height - 1.0;
  if (spec.upscale == Upscale::kAllowed || (original_covers && decode_covers)) {
    return target;
  }
  return {.width = std::min(rounded(width), target.width),
          .height = std::min(rounded(height), target.height)};
}

Size picture_size(Size original, Size decoded, const FrameSpec& spec) {
  switch (spec.fit) {
    case Fit::kOriginal:
      return decoded;
    case Fit::kCover:
      return covering_size(original, decoded, spec);
    case Fit::kInside:
    case Fit::kPad:
      break;
  }
  const Size fitted = fit_within(original, spec.target, spec.upscale);
  const bool is_there = fitted.width <= decoded.width && fitted.height <= decoded.height;
  return is_there || spec.upscale == Upscale::kAllowed
             ? fitted
             : fit_within(decoded, spec.target, spec.upscale);
}

/// The part of one upright side that is seen.
struct Cut {
  double offset = 0;
  double extent = 0;
};

/// Nothing is resampled for less than a pixel.
Cut cut_middle(std::uint32_t side, double share, std::uint32_t out) {
  const double extent = share * side;
  if (std::abs(extent - out) < 1 && out <= side) {
    return {.offset = std::floor((side - out) / 2.0), .extent = static_cast<double>(out)};
  }
  return {.offset = (side - extent) / 2, .extent = extent};
}

Cut seen_from_the_other_end(const Cut& cut, std::uint32_t side) {
  return {.offset = side - cut.extent - cut.offset, .extent = cut.extent};
}

/// Writes the cut, given upright, as stored samples into `geometry`.
void set_cut(ResizeGeometry& geometry, Size upright, Cut x, Cut y) {
  const bool swaps = swaps_sides(geometry.orientation);
  Cut across = swaps ? y : x;
  Cut down = swaps ? x : y;
  const Size stored = swaps ? upright.transposed() : upright;
  if (reverses_across(geometry.orientation)) {
    across = seen_from_the_other_end(across, stored.width);
  }
  if (reverses_down(geometry.orientation)) {
    down = seen_from_the_other_end(down, stored.height);
  }
  geometry.offset_x = across.offset;
  geometry.extent_x = across.extent;
  geometry.offset_y = down.offset;
  geometry.extent_y = down.extent;
}

FramePath path_of(PixelLayout layout) {
  switch (layout) {
    case PixelLayout::kGray8:
      return FramePath::kGray;
    case PixelLayout::kRgba8:
      return FramePath::kAlpha;
    case PixelLayout::kRgb8:
    case PixelLayout::kYcc8:
      break;
  }
  return FramePath::kDirect;
}

std::size_t strip_bytes_for(const FramePlan& plan) {
  const std::size_t pixels = kStripLines * std::size_t{plan.picture.longest_side()};
  switch (plan.path) {
    case FramePath::kDirect:
      return 0;
    case FramePath::kGray:
      return pixels;
    case FramePath::kAlpha:
      return 4 * pixels;
  }
  return 0;
}

}  // namespace

Size fit_within(Size size, Size target, Upscale upscale) {
  if (upscale == Upscale::kNever && size.width <= target.width && size.height <= target.height) {
    return size;
  }
  const auto scaled = [](std::uint32_t side, std::uint32_t to, std::uint32_t from) {
    const std::uint64_t nearest = ((std::uint64_t{side} * to) + (from / 2)) / from;
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(nearest, 1));
  };
  if (std::uint64_t{size.width} * target.height >= std::uint64_t{size.height} * target.width) {
    return {.width = target.width, .height = scaled(size.height, target.width, size.width)};
  }
  return {.width = scaled(size.width, target.height, size.height), .height = target.height};
}

Result<void> check_frame(const PixelShape& shape, const FrameSpec& spec) {
  if (shape.stored_size.empty() || shape.stored_original.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a picture without pixels fits no frame");
  }
  if (spec.fit != Fit::kOriginal &&
      (spec.target.empty() || spec.target.longest_side() > kLongestFrameSide)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a frame of {} x {} pixels; each side is 1 to {}", spec.target.width,
                            spec.target.height, kLongestFrameSide));
  }
  return {};
}

FramePlan plan_frame(const PixelShape& shape, const FrameSpec& spec) {
  const Size original = oriented(shape.stored_original, shape.orientation);
  const Size decoded = oriented(shape.stored_size, shape.orientation);
  FramePlan plan;
  plan.picture = picture_size(original, decoded, spec);
  plan.frame = spec.fit == Fit::kPad ? spec.target : plan.picture;
  plan.x = (plan.frame.width - plan.picture.width) / 2;
  plan.y = (plan.frame.height - plan.picture.height) / 2;
  plan.path = path_of(shape.layout);
  plan.channels = plan.path == FramePath::kAlpha && spec.alpha == AlphaUse::kKeep ? 4 : 3;

  const Shares shares = spec.fit == Fit::kCover ? shares_of(original, spec.target) : Shares{};
  const Cut x = cut_middle(decoded.width, shares.x, plan.picture.width);
  const Cut y = cut_middle(decoded.height, shares.y, plan.picture.height);
  const bool is_cut = spec.fit == Fit::kCover;
  plan.mixes = is_cut ? x.extent != plan.picture.width || y.extent != plan.picture.height
                      : plan.picture != decoded;
  // Where nothing is resized, the area filter has one tap; of chroma it makes what JPEG expects.
  plan.geometry = geometry_for(shape.layout, plan.picture, shape.stored_size, shape.orientation,
                               plan.mixes ? spec.filter : Filter::kArea);
  if (plan.path == FramePath::kAlpha) {
    plan.geometry.channels = 4;
    plan.geometry.over_white = false;
    plan.geometry.premultiplied = plan.mixes;
  }
  const double scale_x = static_cast<double>(original.width) / decoded.width;
  const double scale_y = static_cast<double>(original.height) / decoded.height;
  plan.seen = {.x = 0,
               .y = 0,
               .width = static_cast<float>(original.width),
               .height = static_cast<float>(original.height)};
  if (is_cut) {
    set_cut(plan.geometry, decoded, x, y);
    plan.seen = {.x = static_cast<float>(x.offset * scale_x),
                 .y = static_cast<float>(y.offset * scale_y),
                 .width = static_cast<float>(x.extent * scale_x),
                 .height = static_cast<float>(y.extent * scale_y)};
  }
  plan.resize_bytes = rgb_scratch_bytes(shape.layout, plan.geometry);
  plan.strip_bytes = strip_bytes_for(plan);
  return plan;
}

}  // namespace albumen::internal
