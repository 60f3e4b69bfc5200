// SPDX-License-Identifier: Apache-2.0
#include "prepare/view.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"
#include "govern/images.h"
#include "prepare/internal/color.h"
#include "prepare/internal/plane_resize.h"
#include "prepare/internal/strip_resizer.h"
#include "prepare/internal/view_plan.h"

namespace albumen {
namespace {

using internal::kFromDecoded;
using internal::kFromSameLevel;
using internal::Level;
using internal::ResizeGeometry;
using internal::StripResizer;

/// Pixels of one level while views are being made.
struct LevelPixels {
  MutableImageView gray;
  MutableImageView rgb;
};

/// Makes all levels of one picture. One thread, one use.
class ViewMaker {
 public:
  ViewMaker(const DecodedImage& image, std::span<const ViewSpec> specs, Reservation& job)
      : image_(image),
        specs_(specs),
        job_(job),
        shape_(shape_of(image)),
        plan_(internal::plan_views(shape_, specs)) {}

  Result<std::vector<View>> run() {
    TRY(allocate());
    for (std::size_t i = 0; i < plan_.levels.size(); ++i) {
      make_level(i);
      copy_to_repeated_specs(plan_.levels[i]);
    }
    for (ByteBuffer& buffer : kept_) {
      buffer.release_to(job_);
    }
    scratch_.release_to(job_);
    std::erase_if(views_, [](const View& view) { return view.pixels.empty(); });
    return std::move(views_);
  }

 private:
  Result<void> allocate();
  Result<MutableImageView> pixels_for(Size size, int channels,
                                      std::span<const std::size_t> spec_indices);
  void make_level(std::size_t index);
  void make_gray(const Level& level, MutableImageView out);
  void make_rgb(const Level& level, const LevelPixels& pixels);
  void resize_from_level(MutableImageView out, ImageView in);
  [[nodiscard]] ResizeGeometry geometry_to(const Level& level) const;
  void copy_to_repeated_specs(const Level& level);

  const DecodedImage& image_;
  std::span<const ViewSpec> specs_;
  Reservation& job_;
  PixelShape shape_;
  internal::ViewPlan plan_;
  std::vector<View> views_;          // one per spec; those of kDecoded stay empty until the end
  std::vector<LevelPixels> pixels_;  // one per level, into views_ or kept_
  std::vector<ByteBuffer> kept_;
  ByteBuffer scratch_;
};

Result<MutableImageView> ViewMaker::pixels_for(Size size, int channels,
                                               std::span<const std::size_t> spec_indices) {
  const std::size_t stride = std::size_t{size.width} * static_cast<std::size_t>(channels);
  const std::size_t bytes = stride * size.height;
  if (spec_indices.empty()) {
    kept_.push_back(TRY(ByteBuffer::allocate(job_, MemoryTag::kPixels, bytes)));
    return MutableImageView{kept_.back().data(), size, channels, stride};
  }
  for (const std::size_t index : spec_indices) {
    View& view = views_[index];
    view.buffer = TRY(ByteBuffer::allocate(job_, MemoryTag::kPixels, bytes));
    view.pixels = ImageView{view.buffer.data(), size, channels, stride};
  }
  return MutableImageView{views_[spec_indices.front()].buffer.data(), size, channels, stride};
}

Result<void> ViewMaker::allocate() {
  views_.resize(specs_.size());
  const Size original = image_.original_size();
  for (const Level& level : plan_.levels) {
    LevelPixels pixels;
    if (level.makes_gray) {
      pixels.gray = TRY(pixels_for(level.size, 1, level.gray_specs));
    }
    if (level.makes_rgb) {
      pixels.rgb = TRY(pixels_for(level.size, 3, level.rgb_specs));
    }
    pixels_.push_back(pixels);
  }
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    View& view = views_[i];
    view.spec = specs_[i];
    view.original = original;
    if (!view.pixels.empty()) {
      view.original_per_view_x =
          static_cast<float>(original.width) / static_cast<float>(view.pixels.width());
      view.original_per_view_y =
          static_cast<float>(original.height) / static_cast<float>(view.pixels.height());
    }
  }
  scratch_ = TRY(ByteBuffer::allocate(job_, MemoryTag::kPixels, plan_.scratch.count()));
  return {};
}

void ViewMaker::make_level(std::size_t index) {
  const Level& level = plan_.levels[index];
  const LevelPixels& pixels = pixels_[index];
  // The luma plane comes with the colours of a JPEG; else, whichever is made from the other comes
  // second.
  const bool luma_comes_along =
      image_.layout == PixelLayout::kYcc8 && level.makes_rgb && level.rgb_from == kFromDecoded;
  if (level.makes_gray && level.gray_from != kFromSameLevel && !luma_comes_along) {
    make_gray(level, pixels.gray);
  }
  if (level.makes_rgb) {
    make_rgb(level, pixels);
  }
  if (level.makes_gray && level.gray_from == kFromSameLevel) {
    internal::rgb_to_luma(pixels.gray, pixels.rgb);
  }
}

void ViewMaker::make_gray(const Level& level, MutableImageView out) {
  if (level.gray_from >= 0) {
    resize_from_level(out, pixels_[static_cast<std::size_t>(level.gray_from)].gray);
    return;
  }
  StripResizer resizer{geometry_to(level), image_.planes[0], scratch_.bytes()};
  internal::run_all(resizer, out);
}

void ViewMaker::make_rgb(const Level& level, const LevelPixels& pixels) {
  if (level.rgb_from == kFromSameLevel) {
    internal::gray_to_rgb(pixels.rgb, pixels.gray);
  } else if (level.rgb_from >= 0) {
    resize_from_level(pixels.rgb, pixels_[static_cast<std::size_t>(level.rgb_from)].rgb);
  } else {
    internal::resize_to_rgb({.rgb = pixels.rgb, .luma = pixels.gray}, image_,
                            {.size = image_.stored_size}, geometry_to(level), scratch_.bytes());
  }
}

void ViewMaker::resize_from_level(MutableImageView out, ImageView in) {
  const ResizeGeometry geometry{.out = out.size(), .in = in.size(), .channels = out.channels()};
  StripResizer resizer{geometry, in, scratch_.bytes()};
  internal::run_all(resizer, out);
}

ResizeGeometry ViewMaker::geometry_to(const Level& level) const {
  return internal::geometry_for(image_.layout, level.size, image_.stored_size, image_.orientation,
                                level.filter);
}

void ViewMaker::copy_to_repeated_specs(const Level& level) {
  for (const auto* indices : {&level.gray_specs, &level.rgb_specs}) {
    for (std::size_t i = 1; i < indices->size(); ++i) {
      std::ranges::copy(views_[indices->front()].buffer.bytes(),
                        views_[(*indices)[i]].buffer.bytes().begin());
    }
  }
}

Result<void> check(const PixelShape& shape, std::span<const ViewSpec> specs) {
  if (shape.stored_size.empty() || shape.stored_original.empty()) {
    return fail(ErrorCode::kInvalidArgument, "a picture without pixels has no views");
  }
  for (const ViewSpec& spec : specs) {
    if (spec.layout != ViewLayout::kDecoded && spec.longest_side == 0) {
      return fail(ErrorCode::kInvalidArgument, "a view needs a longest side above 0");
    }
  }
  return {};
}

}  // namespace

PixelShape shape_of(const DecodedImage& image) {
  return {.stored_original = image.stored_original,
          .stored_size = image.stored_size,
          .layout = image.layout,
          .orientation = image.orientation};
}

Size view_size(const PixelShape& shape, const ViewSpec& spec) {
  const Size decoded = oriented(shape.stored_size, shape.orientation);
  const Size fitted =
      fit_inside(oriented(shape.stored_original, shape.orientation), spec.longest_side);
  if (fitted.width <= decoded.width && fitted.height <= decoded.height) {
    return fitted;
  }
  return fit_inside(decoded, spec.longest_side);
}

Bytes view_peak_bytes(const PixelShape& shape, std::span<const ViewSpec> specs) {
  if (!check(shape, specs).has_value()) {
    return {};
  }
  const internal::ViewPlan plan = internal::plan_views(shape, specs);
  return plan.outputs + plan.kept + plan.scratch;
}

Bytes view_peak_bytes(const PixelShape& shape, const ViewSpec& spec) {
  return view_peak_bytes(shape, std::span{&spec, 1});
}

Result<std::vector<View>> make_views(const DecodedImage& image, std::span<const ViewSpec> specs,
                                     Reservation& job) {
  TRY(check(shape_of(image), specs));
  TRY(internal::check_planes(image));
  return ViewMaker{image, specs, job}.run();
}

const View* find_view(std::span<const View> views, const ViewSpec& spec) {
  const auto found = std::ranges::find(views, spec, &View::spec);
  return found == views.end() ? nullptr : &*found;
}

}  // namespace albumen
