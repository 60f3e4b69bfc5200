// SPDX-License-Identifier: Apache-2.0
// The output layouts of detectors with one answer per cell of a grid: YuNet and SCRFD.
// Numbers in, boxes out; no net. Tested by anchor_decode_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analyze/faces/internal/boxes.h"
#include "core/geometry.h"

namespace albumen::faces {

/// Steps of the three grids, in pixels of the net's input.
inline constexpr std::uint32_t kStrides[] = {8, 16, 32};

/// The answers of one grid, row by row, for SCRFD two anchors after another in each cell.
struct GridMaps {
  std::uint32_t stride = 8;
  std::span<const float> scores;      ///< [n]
  std::span<const float> objectness;  ///< [n], YuNet only
  std::span<const float> boxes;       ///< [n][4]
  std::span<const float> points;      ///< [n][10]: x, y of five points
};

/// Cells of the grid of `stride` on an input of this size.
std::size_t cells_of(Size input, std::uint32_t stride);

/// YuNet as in OpenCV Zoo 2023: score = sqrt(class * objectness); box = centre offset in cells
/// and log of the size in cells; points as offsets in cells. Adds faces from `min_score` on.
void decode_yunet(const GridMaps& maps, Size input, float min_score, std::vector<Candidate>& out);

/// SCRFD (Guo et al. 2021, arXiv:2105.04714): two anchors a cell at its corner; box = distances to
/// left, top, right, bottom in cells; points as offsets in cells.
void decode_scrfd(const GridMaps& maps, Size input, float min_score, std::vector<Candidate>& out);

}  // namespace albumen::faces
