// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/mtcnn_stages.h"

#include <algorithm>
#include <array>

namespace albumen::faces {
namespace {

struct CanvasCell {
  std::uint32_t x = 0;  // top left corner on the canvas
  std::uint32_t y = 0;
};

bool holds(const Level& level, CanvasCell cell) {
  return cell.x >= level.x && cell.x + kCell <= level.x + level.size.width && cell.y >= level.y &&
         cell.y + kCell <= level.y + level.size.height;
}

// The box of a cell of its level, in view pixels.
Candidate proposal(const Level& level, CanvasCell cell, std::span<const float, 4> regression) {
  constexpr float kSide = kCell - 1;
  const auto left = static_cast<float>(cell.x - level.x + 1);
  const auto top = static_cast<float>(cell.y - level.y + 1);
  const float view_per_level = 1.0F / level.scale;
  return {.x1 = (left + regression[0] * kSide) * view_per_level,
          .y1 = (top + regression[1] * kSide) * view_per_level,
          .x2 = (left + kSide + regression[2] * kSide) * view_per_level,
          .y2 = (top + kSide + regression[3] * kSide) * view_per_level};
}

void add_proposal(const StripMaps& maps, const PyramidPlan& plan, std::size_t cell,
                  std::vector<std::vector<Candidate>>& per_level) {
  const auto row = static_cast<std::uint32_t>(cell / maps.columns);
  const auto column = static_cast<std::uint32_t>(cell % maps.columns);
  const CanvasCell place{.x = column * kCellStep, .y = maps.strip * kStripStep + row * kCellStep};
  const auto level = std::ranges::find_if(
      plan.levels, [place](const Level& candidate) { return holds(candidate, place); });
  if (level == plan.levels.end()) {
    return;
  }
  const std::size_t area = std::size_t{maps.rows} * maps.columns;
  const std::array<float, 4> regression = {maps.boxes[cell], maps.boxes[area + cell],
                                           maps.boxes[2 * area + cell],
                                           maps.boxes[3 * area + cell]};
  Candidate box = proposal(*level, place, regression);
  box.score = maps.scores[area + cell];
  if (is_sane(box)) {
    per_level[static_cast<std::size_t>(level - plan.levels.begin())].push_back(box);
  }
}

std::vector<Candidate> all_squared(std::vector<Candidate> boxes) {
  std::ranges::transform(boxes, boxes.begin(), squared);
  return boxes;
}

}  // namespace

void collect_proposals(const StripMaps& maps, const PyramidPlan& plan,
                       std::vector<std::vector<Candidate>>& per_level) {
  const std::size_t area = std::size_t{maps.rows} * maps.columns;
  const std::span<const float> face = maps.scores.subspan(area, area);
  for (std::size_t cell = 0; cell < area; ++cell) {
    if (face[cell] > kProposalScore) {
      add_proposal(maps, plan, cell, per_level);
    }
  }
}

std::vector<Candidate> merge_proposals(std::vector<std::vector<Candidate>> per_level) {
  std::vector<Candidate> all;
  for (std::vector<Candidate>& boxes : per_level) {
    const auto kept = suppress(std::move(boxes), kLevelOverlap, Overlap::kUnion, kMostProposals);
    all.insert(all.end(), kept.begin(), kept.end());
  }
  return all_squared(suppress(std::move(all), kStageOverlap, Overlap::kUnion, kMostCrops));
}

Candidate regressed(const Candidate& box, std::span<const float, 4> regression) {
  const float width = box.width() + 1;
  const float height = box.height() + 1;
  Candidate moved = box;
  moved.x1 += regression[0] * width;
  moved.y1 += regression[1] * height;
  moved.x2 += regression[2] * width;
  moved.y2 += regression[3] * height;
  return moved;
}

std::vector<Candidate> refine(std::span<const Candidate> squares, std::span<const float> boxes,
                              std::span<const float> scores) {
  std::vector<Candidate> kept;
  for (std::size_t index = 0; index < squares.size(); ++index) {
    Candidate box = regressed(squares[index], boxes.subspan(4 * index).first<4>());
    box.score = scores[2 * index + 1];
    if (box.score > kRefineScore && is_sane(box)) {
      kept.push_back(box);
    }
  }
  return all_squared(suppress(std::move(kept), kStageOverlap, Overlap::kUnion, kMostCrops));
}

std::vector<Candidate> finish(std::span<const Candidate> squares, const OutputMaps& maps,
                              float min_score) {
  std::vector<Candidate> kept;
  for (std::size_t index = 0; index < squares.size(); ++index) {
    const Candidate& square = squares[index];
    Candidate box = regressed(square, maps.boxes.subspan(4 * index).first<4>());
    box.score = maps.scores[2 * index + 1];
    const auto points = maps.landmarks.subspan(10 * index).first<10>();
    for (std::size_t point = 0; point < box.landmarks.size(); ++point) {
      box.landmarks[point] = {.x = square.x1 + points[point] * (square.width() + 1),
                              .y = square.y1 + points[point + 5] * (square.height() + 1)};
    }
    if (box.score > min_score && is_sane(box)) {
      kept.push_back(box);
    }
  }
  return suppress(std::move(kept), kStageOverlap, Overlap::kSmaller, kMostCrops);
}

}  // namespace albumen::faces
