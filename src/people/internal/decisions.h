// SPDX-License-Identifier: Apache-2.0
// Constraints in one normal form, so that two states of the edit log can be compared: groups are
// disjoint, everything is sorted, nothing occurs twice. Tested through grouping_test.cpp.
#pragma once

#include <vector>

#include "people/face_set.h"

namespace albumen::people {

/// The normal form: overlapping must-link groups united, groups of one and one-sided rules gone.
Constraints normalised(const Constraints& constraints);

/// The faces to which the two say something different. Both in normal form.
std::vector<FaceKey> changed_faces(const Constraints& before, const Constraints& after);

}  // namespace albumen::people
