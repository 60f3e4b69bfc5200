// SPDX-License-Identifier: Apache-2.0
// What a file says about its colours: ICC profiles of JPEG, PNG and WebP, and the numbers of a PNG.
// Tested by metadata/colour_test.cpp.
#pragma once

#include "colour/colour_source.h"
#include "decode/decoder.h"
#include "govern/images.h"

namespace albumen {

/// Never fails: what is missing, contradicts itself or exceeds kMaxProfileBytes is left out, with
/// a note. The profile is a copy outside of any budget, at most kMaxProfileBytes. It need not be
/// one: colour_transform.h looks into it.
ColourSource read_colour(const EncodedImage& image);

/// What the samples of that file stand for.
ColourModel colour_model_of(const ImageInfo& info);

}  // namespace albumen
