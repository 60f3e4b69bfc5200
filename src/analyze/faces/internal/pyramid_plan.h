// SPDX-License-Identifier: Apache-2.0
// MTCNN looks for faces of one size, 12 pixels, at many scales of the picture. This file decides
// the scales and packs all levels side by side onto one canvas of fixed width, which is then run
// through P-Net in strips of one fixed size. Why: OpenVINO builds (4 ms) and keeps (1 MB) kernels
// for every input size it meets, and pictures have thousands of sizes; a strip also stays in the
// processor's cache. P-Net is a convolution with a window of 12 and a step of 2, so at even places
// a cell that lies inside its level gives what it would give alone.
// Tested by pyramid_plan_test.cpp.
#pragma once

#include <cstdint>
#include <vector>

#include "core/geometry.h"

namespace albumen::faces {

/// P-Net's window and step, in pixels of its input.
inline constexpr std::uint32_t kCell = 12;
inline constexpr std::uint32_t kCellStep = 2;

/// Rows of a strip: 64 rows of cells.
inline constexpr std::uint32_t kStripStep = 128;
inline constexpr std::uint32_t kStripRows = kStripStep + kCell - kCellStep;

struct Level {
  float scale = 1;      ///< level pixels per view pixel
  Size size;            ///< pixels
  std::uint32_t x = 0;  ///< place on the canvas, even
  std::uint32_t y = 0;
};

struct PyramidPlan {
  std::vector<Level> levels;  ///< largest first
  std::uint32_t width = 0;    ///< of the canvas, even
  std::uint32_t strips = 0;

  [[nodiscard]] std::uint32_t height() const {
    return strips == 0 ? 0 : strips * kStripStep + kStripRows - kStripStep;
  }
};

/// Width of the canvas for views of this longest side.
std::uint32_t canvas_width(std::uint32_t view_side, float min_face);

/// Levels s = 12/min_face * 0.709^k while the shorter side has 12 pixels; sizes round up.
/// REQUIRES: view's sides <= view_side, min_face >= 12.
PyramidPlan plan_pyramid(Size view, std::uint32_t view_side, float min_face);

}  // namespace albumen::faces
