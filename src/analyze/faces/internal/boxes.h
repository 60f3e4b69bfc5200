// SPDX-License-Identifier: Apache-2.0
// Boxes of a detector on their way: corners, score, and greedy non-maximum suppression.
#pragma once

#include <cstddef>
#include <vector>

#include "core/findings.h"

namespace albumen::faces {

/// Corners in pixels of the view; x2 > x1 is not guaranteed by a net's regression.
struct Candidate {
  float x1 = 0;
  float y1 = 0;
  float x2 = 0;
  float y2 = 0;
  float score = 0;
  Landmarks landmarks{};

  [[nodiscard]] float width() const { return x2 - x1; }

  [[nodiscard]] float height() const { return y2 - y1; }

  friend bool operator==(const Candidate&, const Candidate&) = default;
};

/// False for boxes that no picture holds: regressions are numbers of a net, on odd input they may
/// be anything finite.
bool is_sane(const Candidate& box);

/// What the intersection of two boxes is divided by.
enum class Overlap : bool { kUnion, kSmaller };

/// Of each heap of boxes the best: boxes in order of falling score (equal scores: in the order
/// given), each kept unless it overlaps a kept one by more than `most`. At most `limit` of the best
/// are looked at: a picture of noise must not cost minutes.
std::vector<Candidate> suppress(std::vector<Candidate> boxes, float most, Overlap overlap,
                                std::size_t limit);

/// The square of the larger side around the same centre.
Candidate squared(const Candidate& box);

/// "best first" boxes as they leave a detector.
std::vector<FaceBox> to_face_boxes(const std::vector<Candidate>& boxes);

}  // namespace albumen::faces
