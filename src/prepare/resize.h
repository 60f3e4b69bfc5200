// SPDX-License-Identifier: Apache-2.0
// Separable resize of 8-bit pictures with 1, 3 or 4 interleaved channels, vectorised for the
// processor it runs on. int16 weights, int32 sums, 6 fractional bits between the two passes.
// Tested by resize_test.cpp against a float twin on every vector target of the machine.
#pragma once

#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"

namespace albumen {

/// Scratch that `resize` takes from its job for the time of the call: some lines of the input,
/// never a frame.
Bytes resize_scratch_bytes(Size out, Size in, int channels, Filter filter);

/// Fills `out` from `in`. Any sizes, strides and alignment; each axis may shrink, stay or grow.
/// Equal sizes copy exactly. Channels are independent: alpha is neither weighted nor undone.
/// Accuracy: within 1 level of the float filter for kArea, kBilinear and kLanczos3 on pictures of
/// photographic sizes.
/// Errors: InvalidArgument for empty views, differing or other channel counts; those of
/// ByteBuffer::allocate. The views must not overlap.
Result<void> resize(MutableImageView out, ImageView in, Filter filter, Reservation& job);

}  // namespace albumen
