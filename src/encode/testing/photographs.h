// SPDX-License-Identifier: Apache-2.0
// The photographs of the samples folder, at the size that training sets use: for benchmarks.
#pragma once

#include <span>

#include "encode/testing/pictures.h"

namespace albumen::testing {

/// JPEGs of $ALBUMEN_SAMPLES (else ~/.cache/albumen/samples), in the order of their paths, shrunk
/// by averaging to cover 1024x768 and cropped to it; smaller ones and those that libjpeg finds
/// broken are left out, and so is all but the first of each folder's first 24. RGB, read once and
/// kept. Empty without samples.
std::span<const Picture> sample_photographs();

}  // namespace albumen::testing
