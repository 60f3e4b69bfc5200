// SPDX-License-Identifier: Apache-2.0
// Constrained average linkage as its definition says, with every pair of clusters looked at before
// each join: the slow twin of internal/linkage.h. Only for some hundred faces.
#pragma once

#include "people/face_set.h"
#include "people/testing/synthetic_library.h"

namespace albumen::people::testing {

Partition naive_group(const SyntheticLibrary& library, const Constraints& constraints,
                      double threshold);

/// Vectors on a circle at a few fixed angles: similarities tie all the time.
SyntheticLibrary make_ties(const SyntheticOptions& options);

/// A few must-link groups and keep-apart rules over random faces.
Constraints random_constraints(const SyntheticLibrary& library, std::uint64_t seed);

}  // namespace albumen::people::testing
