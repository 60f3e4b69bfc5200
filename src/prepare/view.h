// SPDX-License-Identifier: Apache-2.0
// Views: the upright picture at the sizes and layouts that analyzers ask for, all made from one
// decode in one go. Smaller views come from larger ones where that costs no quality; JPEG planes
// are resized before colour conversion; the turn is folded into the resize.
// Tested by view_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"
#include "govern/images.h"

namespace albumen {

/// Upright pixels of one picture, fitted inside the spec's longest side. Move-only.
struct View {
  ViewSpec spec;
  ByteBuffer buffer;
  /// Into `buffer`: 1 channel for kGray8, 3 for kRgb8; rows follow each other without gaps.
  ImageView pixels;
  /// Size of the original picture, upright.
  Size original;
  /// Original pixels per view pixel, >= 1: x_original = x_view * original_per_view_x, with pixel
  /// centres at +0.5 on both sides.
  float original_per_view_x = 1.0F;
  float original_per_view_y = 1.0F;
};

/// What a decode will look like, known before it happens: enough to predict the memory of views.
struct PixelShape {
  Size stored_original;  ///< pixels in the file, before orientation
  Size stored_size;      ///< of the decoded pixels (the luma plane), before orientation
  PixelLayout layout = PixelLayout::kRgb8;
  Orientation orientation = Orientation::kUpright;
};

PixelShape shape_of(const DecodedImage& image);

/// Size of the view that `spec` makes of a picture: fitted to the original's sides, never larger
/// than the decode.
Size view_size(const PixelShape& shape, const ViewSpec& spec);

/// Memory that `make_views` takes out of its job for these specs: outputs plus scratch at its
/// peak. After the call, only the outputs are held.
Bytes view_peak_bytes(const PixelShape& shape, std::span<const ViewSpec> specs);
Bytes view_peak_bytes(const PixelShape& shape, const ViewSpec& spec);

/// Makes one view per spec, in the order of `specs`; specs of layout kDecoded yield none (whoever
/// asks for it reads the DecodedImage itself). Straight alpha is composited over white: that is
/// how a viewer shows it on paper, and both black and white text on transparent ground occur.
/// With the spec's filter; by default area averaging: every original sample counts once, nothing
/// rings.
/// Errors: InvalidArgument for a longest side of 0 or a picture without pixels; those of
/// ByteBuffer::allocate.
Result<std::vector<View>> make_views(const DecodedImage& image, std::span<const ViewSpec> specs,
                                     Reservation& job);

/// The view made for `spec`, or null.
const View* find_view(std::span<const View> views, const ViewSpec& spec);

}  // namespace albumen
