// SPDX-License-Identifier: Apache-2.0
// Perceptual hashes: 64-bit pHash and dHash of the picture and of its seven turns and mirrors.
// Tested by hashes_test.cpp.
#pragma once

#include <cstdint>
#include <memory>

#include "analyze/analyzer.h"
#include "core/findings.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"

namespace albumen {

/// The analyzer that wraps `compute_hashes`.
std::unique_ptr<Analyzer> make_hashes_analyzer();

/// Hashes of a grey picture (1 channel). Scratch comes from `job`: hashes_scratch_bytes.
/// Error: InvalidArgument for an empty picture or more than one channel.
Result<Hashes> compute_hashes(ImageView gray, Reservation& job);

Bytes hashes_scratch_bytes(Size gray);

/// Number of differing bits, 0..64.
int hamming_distance(std::uint64_t a, std::uint64_t b);

}  // namespace albumen
