// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/boxes.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace albumen::faces {
namespace {

float area(const Candidate& box) {
  return std::max(box.width(), 0.0F) * std::max(box.height(), 0.0F);
}

float overlap_of(const Candidate& a, const Candidate& b, Overlap overlap) {
  const float width = std::min(a.x2, b.x2) - std::max(a.x1, b.x1);
  const float height = std::min(a.y2, b.y2) - std::max(a.y1, b.y1);
  if (width <= 0 || height <= 0) {
    return 0;
  }
  const float both = width * height;
  const float whole =
      overlap == Overlap::kUnion ? area(a) + area(b) - both : std::min(area(a), area(b));
  return both / whole;
}

}  // namespace

bool is_sane(const Candidate& box) {
  constexpr float kFar = 1e5F;
  return box.width() >= 1 && box.height() >= 1 && std::abs(box.x1) < kFar &&
         std::abs(box.y1) < kFar && box.x2 < kFar && box.y2 < kFar;
}

std::vector<Candidate> suppress(std::vector<Candidate> boxes, float most, Overlap overlap,
                                std::size_t limit) {
  std::ranges::stable_sort(boxes, std::ranges::greater(), &Candidate::score);
  if (boxes.size() > limit) {
    boxes.resize(limit);
  }
  std::vector<Candidate> kept;
  for (const Candidate& box : boxes) {
    const bool taken = std::ranges::any_of(
        kept, [&](const Candidate& better) { return overlap_of(better, box, overlap) > most; });
    if (!taken) {
      kept.push_back(box);
    }
  }
  return kept;
}

Candidate squared(const Candidate& box) {
  const float side = std::max(box.width(), box.height());
  Candidate square = box;
  square.x1 = box.x1 + (box.width() - side) / 2;
  square.y1 = box.y1 + (box.height() - side) / 2;
  square.x2 = square.x1 + side;
  square.y2 = square.y1 + side;
  return square;
}

std::vector<FaceBox> to_face_boxes(const std::vector<Candidate>& boxes) {
  std::vector<FaceBox> faces;
  faces.reserve(boxes.size());
  for (const Candidate& box : boxes) {
    faces.push_back(
        {.box = {.x = box.x1, .y = box.y1, .width = box.width(), .height = box.height()},
         .score = box.score,
         .landmarks = box.landmarks});
  }
  return faces;
}

}  // namespace albumen::faces
