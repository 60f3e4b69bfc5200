// SPDX-License-Identifier: Apache-2.0
#include "prepare/frame.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "colour/colour_source.h"
#include "colour/colour_transform.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"
#include "govern/images.h"
#include "prepare/frame_spec.h"
#include "prepare/internal/color.h"
#include "prepare/internal/frame_plan.h"
#include "prepare/internal/plane_resize.h"
#include "prepare/internal/strip_resizer.h"

namespace albumen {
namespace {

using internal::FramePath;
using internal::FramePlan;
using internal::part_of;
using internal::StripResizer;

void fill(MutableImageView view, Rgb8 colour) {
  const auto channels = static_cast<std::size_t>(view.channels());
  for (std::uint32_t y = 0; y < view.height(); ++y) {
    const std::span<std::uint8_t> row = view.row(y);
    for (std::size_t i = 0; i < row.size(); i += channels) {
      row[i] = colour.red;
      row[i + 1] = colour.green;
      row[i + 2] = colour.blue;
      if (channels == 4) {
        row[i + 3] = 255;
      }
    }
  }
}

void fill_around(MutableImageView frame, const FramePlan& plan, Rgb8 colour) {
  const Size picture = plan.picture;
  const std::uint32_t right = plan.x + picture.width;
  const std::uint32_t bottom = plan.y + picture.height;
  const auto strip = [&](std::uint32_t x, std::uint32_t y, Size size) {
    fill(part_of(frame, x, y, size), colour);
  };
  strip(0, 0, {.width = frame.width(), .height = plan.y});
  strip(0, bottom, {.width = frame.width(), .height = frame.height() - bottom});
  strip(0, plan.y, {.width = plan.x, .height = picture.height});
  strip(right, plan.y, {.width = frame.width() - right, .height = picture.height});
}

/// Fills the picture's place in the frame. One thread, one use.
class FrameMaker {
 public:
  FrameMaker(const DecodedImage& image, const FrameSpec& spec, const FramePlan& plan,
             const ColourTransform* colour, std::span<std::byte> scratch)
      : image_(image),
        spec_(spec),
        plan_(plan),
        colour_(colour),
        resize_scratch_(scratch.first(plan.resize_bytes)),
        strip_scratch_(scratch.subspan(plan.resize_bytes)) {}

  void run(MutableImageView picture) {
    if (plan_.path == FramePath::kDirect) {
      internal::resize_to_rgb({.rgb = picture, .luma = {}}, image_, {.size = image_.stored_size},
                              plan_.geometry, resize_scratch_);
    } else {
      run_by_strips(picture);
    }
    if (plan_.path != FramePath::kAlpha) {
      convert(picture);
    }
  }

 private:
  void run_by_strips(MutableImageView picture) {
    StripResizer resizer{plan_.geometry, image_.planes[0], resize_scratch_};
    for (std::uint32_t strip = 0; strip < resizer.strip_count(); ++strip) {
      const MutableImageView place = resizer.strip_of(picture, strip);
      const MutableImageView raw = strip_of_size(place.size());
      resizer.run(strip, raw);
      finish(raw, place);
    }
  }

  void convert(MutableImageView pixels) const {
    for (std::uint32_t y = 0; colour_ != nullptr && y < pixels.height(); ++y) {
      colour_->convert(pixels.row(y), pixels.channels());
    }
  }

  [[nodiscard]] MutableImageView strip_of_size(Size size) const {
    const int channels = plan_.geometry.channels;
    return {reinterpret_cast<std::uint8_t*>(strip_scratch_.data()), size, channels,
            std::size_t{size.width} * static_cast<std::size_t>(channels)};
  }

  void finish(MutableImageView raw, MutableImageView place) const {
    if (plan_.path == FramePath::kGray) {
      internal::gray_to_rgb(place, raw);
      return;
    }
    for (std::uint32_t y = 0; plan_.mixes && y < raw.height(); ++y) {
      internal::unpremultiply(raw.row(y));
    }
    convert(raw);
    if (plan_.channels == 3) {
      internal::rgba_over(place, raw, spec_.background);
      return;
    }
    for (std::uint32_t y = 0; y < raw.height(); ++y) {
      std::ranges::copy(raw.row(y), place.row(y).begin());
    }
  }

  const DecodedImage& image_;
  const FrameSpec& spec_;
  const FramePlan& plan_;
  const ColourTransform* colour_;  // null: none
  std::span<std::byte> resize_scratch_;
  std::span<std::byte> strip_scratch_;
};

}  // namespace

ViewSpec decoded_view_for(Size original, const FrameSpec& spec) {
  ViewSpec view{.longest_side = original.longest_side(), .layout = ViewLayout::kDecoded};
  view.oversampling = std::max(spec.oversampling, 1U);
  if (spec.fit == Fit::kInside || spec.fit == Fit::kPad) {
    const Size fitted = internal::fit_within(original, spec.target, Upscale::kNever);
    view.longest_side = fitted.longest_side();
  } else if (spec.fit == Fit::kCover) {
    const double scale = std::max(static_cast<double>(spec.target.width) / original.width,
                                  static_cast<double>(spec.target.height) / original.height);
    const double longest = std::ceil(original.longest_side() * std::min(scale, 1.0));
    view.longest_side = std::min(static_cast<std::uint32_t>(longest), original.longest_side());
  }
  return view;
}

Size frame_size(const PixelShape& shape, const FrameSpec& spec) {
  return internal::check_frame(shape, spec).has_value() ? internal::plan_frame(shape, spec).frame
                                                        : Size{};
}

Bytes frame_peak_bytes(const PixelShape& shape, const FrameSpec& spec) {
  if (!internal::check_frame(shape, spec).has_value()) {
    return {};
  }
  const FramePlan plan = internal::plan_frame(shape, spec);
  return Bytes{plan.frame_bytes() + plan.scratch_bytes()};
}

Result<Frame> make_frame(const DecodedImage& image, const FrameSpec& spec,
                         const ColourTransform* colour, Reservation& job) {
  TRY(internal::check_frame(shape_of(image), spec));
  TRY(internal::check_planes(image));
  const FramePlan plan = internal::plan_frame(shape_of(image), spec);
  Frame frame;
  frame.buffer = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, plan.frame_bytes()));
  ByteBuffer scratch = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, plan.scratch_bytes()));
  const MutableImageView pixels{
      frame.buffer.data(), plan.frame, plan.channels,
      std::size_t{plan.frame.width} * static_cast<std::size_t>(plan.channels)};
  const bool takes_pixels = colour != nullptr && colour->model() != ColourModel::kCmyk;
  FrameMaker maker{image, spec, plan, takes_pixels ? colour : nullptr, scratch.bytes()};
  maker.run(part_of(pixels, plan.x, plan.y, plan.picture));
  fill_around(pixels, plan, spec.background);
  scratch.release_to(job);
  frame.pixels = pixels;
  frame.original = image.original_size();
  frame.seen = plan.seen;
  frame.place = {.x = static_cast<float>(plan.x),
                 .y = static_cast<float>(plan.y),
                 .width = static_cast<float>(plan.picture.width),
                 .height = static_cast<float>(plan.picture.height)};
  return frame;
}

}  // namespace albumen
