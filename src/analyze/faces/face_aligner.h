// SPDX-License-Identifier: Apache-2.0
// From five points of a face to the map that puts it upright into a chip.
// Tested by face_aligner_test.cpp.
#pragma once

#include "core/findings.h"
#include "core/result.h"
#include "infer/model_card.h"
#include "prepare/sample.h"

namespace albumen {

/// The similarity (turn, scale, shift; no mirror) that moves the template's points onto `points`
/// with the least sum of squared distances: chip pixels to the pixels that `points` are in.
/// Error: Corrupt where the points determine none (all in one place, or turned inside out so that
/// the best scale is zero): such a face gets no vector.
Result<Affine> chip_to_picture(const Landmarks& points, const AlignmentTemplate& alignment);

}  // namespace albumen
