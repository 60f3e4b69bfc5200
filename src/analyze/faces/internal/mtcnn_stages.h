// SPDX-License-Identifier: Apache-2.0
// The arithmetic between MTCNN's nets, without the nets: numbers in, boxes out.
// Conventions are those the nets were trained with (MATLAB's inclusive corners), hence the +1.
// Tested by mtcnn_stages_test.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analyze/faces/internal/boxes.h"
#include "analyze/faces/internal/pyramid_plan.h"

namespace albumen::faces {

/// Scores that a box must exceed to leave P-Net and R-Net.
inline constexpr float kProposalScore = 0.6F;
inline constexpr float kRefineScore = 0.7F;
/// Overlap beyond which the lower score falls.
inline constexpr float kLevelOverlap = 0.5F;
inline constexpr float kStageOverlap = 0.7F;
/// A photograph gives 200 boxes before suppression; noise would give 20,000 a level. The best ones
/// are enough, and the work stays bounded.
inline constexpr std::size_t kMostProposals = 2048;
inline constexpr std::size_t kMostCrops = 1024;

/// One strip of the canvas after P-Net: maps [4][rows][columns] and [2][rows][columns].
struct StripMaps {
  std::uint32_t strip = 0;
  std::uint32_t rows = 0;
  std::uint32_t columns = 0;
  std::span<const float> boxes;
  std::span<const float> scores;
};

/// Adds the strip's cells above kProposalScore to the level that holds them whole; cells on two
/// levels at once are dropped. REQUIRES: per_level.size() == plan.levels.size().
void collect_proposals(const StripMaps& maps, const PyramidPlan& plan,
                       std::vector<std::vector<Candidate>>& per_level);

/// Suppresses per level, then across, and squares.
std::vector<Candidate> merge_proposals(std::vector<std::vector<Candidate>> per_level);

/// Moves `box`'s corners by regression times (side + 1).
Candidate regressed(const Candidate& box, std::span<const float, 4> regression);

/// R-Net's answer to `squares`: boxes [n][4], scores [n][2].
std::vector<Candidate> refine(std::span<const Candidate> squares, std::span<const float> boxes,
                              std::span<const float> scores);

struct OutputMaps {
  std::span<const float> boxes;      ///< [n][4]
  std::span<const float> scores;     ///< [n][2]
  std::span<const float> landmarks;  ///< [n][10]: five x, five y, as shares of the square
};

/// O-Net's answer: faces above `min_score`, best first.
std::vector<Candidate> finish(std::span<const Candidate> squares, const OutputMaps& maps,
                              float min_score);

}  // namespace albumen::faces
