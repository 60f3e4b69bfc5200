// SPDX-License-Identifier: Apache-2.0
// Cuts a turned, scaled and shifted patch out of a picture: face chips and crops. The source
// region is first shrunk by area until one of its pixels is about one patch pixel, so that nothing
// aliases; then it is read bilinearly. Outside the picture is black.
// Tested by sample_test.cpp.
#pragma once

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "govern/images.h"

namespace albumen {

/// x' = xx * x + xy * y + x0;  y' = yx * x + yy * y + y0.
struct Affine {
  float xx = 1;
  float xy = 0;
  float x0 = 0;
  float yx = 0;
  float yy = 1;
  float y0 = 0;

  friend constexpr bool operator==(const Affine&, const Affine&) = default;

  [[nodiscard]] constexpr Point apply(Point p) const {
    return {.x = (xx * p.x) + (xy * p.y) + x0, .y = (yx * p.x) + (yy * p.y) + y0};
  }
};

/// First `inner`, then `outer`.
Affine compose(const Affine& outer, const Affine& inner);

/// The map of a rectangle of the picture onto a patch of size `out`, for axis-parallel crops.
Affine crop_to(Size out, const Rect& from);

/// Scratch that the `sample_affine`s take from their job for the time of the call.
Bytes sample_scratch_bytes(Size out, Size decoded);

/// Fills `out` (3 channels, RGB) from the picture. `out_to_original` maps patch coordinates to
/// ORIENTED ORIGINAL coordinates; as everywhere, the centre of patch pixel (i, j) is
/// (i + 0.5, j + 0.5). Colours are converted only for what is read; alpha as in make_views.
/// Errors: InvalidArgument for an empty patch or picture, other channel counts, or a map that is
/// not finite or not invertible; those of ByteBuffer::allocate.
Result<void> sample_affine(MutableImageView out, const DecodedImage& image,
                           const Affine& out_to_original, Reservation& job);

/// The same from plain pixels of 1 or 3 channels (such as a View), `out` having as many; the map
/// goes to the pixel coordinates of `in`.
Result<void> sample_affine(MutableImageView out, ImageView in, const Affine& out_to_in,
                           Reservation& job);

}  // namespace albumen
