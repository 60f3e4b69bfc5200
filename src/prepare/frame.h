// SPDX-License-Identifier: Apache-2.0
// One upright picture fitted into a frame (frame_spec.h), out of one decode: cut, resized, turned
// and flattened in one pass over the decoded pixels. Tested by frame_test.cpp.
#pragma once

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
#include "prepare/view.h"

namespace albumen {

/// Upright pixels, ready to be encoded. Move-only.
struct Frame {
  ByteBuffer buffer;
  /// Into `buffer`: 3 channels, or 4 where alpha was kept; rows follow each other without gaps.
  ImageView pixels;
  /// Size of the original picture, upright.
  Size original;
  /// The part of the original that is seen, in its pixels: all of it except under kCover.
  Rect seen;
  /// Where that part lies in the frame, in frame pixels: all of it except under kPad.
  Rect place;
};

/// The view to plan a decode for (decoder.h), of a picture of that upright size: large enough that
/// `make_frame` enlarges nothing that the file has larger.
/// REQUIRES: sides above 0, also of a target that is looked at.
ViewSpec decoded_view_for(Size original, const FrameSpec& spec);

/// Size of the frame that `spec` makes of a picture. A decode that memory made smaller than
/// decoded_view_for asks gives a smaller frame where nothing may be enlarged.
Size frame_size(const PixelShape& shape, const FrameSpec& spec);

/// Memory that `make_frame` takes out of its job: the frame, and scratch of some lines. After the
/// call, only the frame is held.
Bytes frame_peak_bytes(const PixelShape& shape, const FrameSpec& spec);

/// Grey becomes RGB. Colours are mixed as premultiplied ones where there is alpha. A picture that
/// is neither cut nor resized comes through unchanged, its alpha too; the smaller chroma planes of
/// a JPEG are then enlarged linearly.
/// `colour` brings the pixels to sRGB once they are as few as they get, before transparency is
/// flattened and before the background comes around; null, or of kCmyk (decoder.h converts inks):
/// they are taken as they are. It is made for grey only where the picture is (colour_model_of).
/// Errors: InvalidArgument for a picture without pixels or a target with a side of 0 or above
/// kLongestFrameSide; those of ByteBuffer::allocate.
Result<Frame> make_frame(const DecodedImage& image, const FrameSpec& spec,
                         const ColourTransform* colour, Reservation& job);

/// Longest side of a target: what the largest pictures have (a JPEG ends there).
inline constexpr std::uint32_t kLongestFrameSide = 65'500;

}  // namespace albumen
