// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/internal/anchor_decode.h"

#include <algorithm>
#include <cmath>

namespace albumen::faces {
namespace {

constexpr std::size_t kScrfdAnchors = 2;

Landmarks points_at(Point origin, float stride, std::span<const float, 10> offsets) {
  Landmarks landmarks;
  for (std::size_t index = 0; index < landmarks.size(); ++index) {
    landmarks[index] = {.x = origin.x + offsets[2 * index] * stride,
                        .y = origin.y + offsets[2 * index + 1] * stride};
  }
  return landmarks;
}

Point cell_origin(std::size_t cell, Size input, std::uint32_t stride) {
  const std::size_t columns = input.width / stride;
  const std::size_t x = cell % columns * stride;
  const std::size_t y = cell / columns * stride;
  return {.x = static_cast<float>(x), .y = static_cast<float>(y)};
}

float share(float value) { return std::clamp(value, 0.0F, 1.0F); }

}  // namespace

std::size_t cells_of(Size input, std::uint32_t stride) {
  return std::size_t{input.width / stride} * (input.height / stride);
}

void decode_yunet(const GridMaps& maps, Size input, float min_score, std::vector<Candidate>& out) {
  const auto stride = static_cast<float>(maps.stride);
  for (std::size_t cell = 0; cell < maps.scores.size(); ++cell) {
    const float score = std::sqrt(share(maps.scores[cell]) * share(maps.objectness[cell]));
    if (score < min_score) {
      continue;
    }
    const Point origin = cell_origin(cell, input, maps.stride);
    const auto box = maps.boxes.subspan(4 * cell).first<4>();
    const float centre_x = origin.x + box[0] * stride;
    const float centre_y = origin.y + box[1] * stride;
    const float half_width = std::exp(box[2]) * stride / 2;
    const float half_height = std::exp(box[3]) * stride / 2;
    const Candidate face{
        .x1 = centre_x - half_width,
        .y1 = centre_y - half_height,
        .x2 = centre_x + half_width,
        .y2 = centre_y + half_height,
        .score = score,
        .landmarks = points_at(origin, stride, maps.points.subspan(10 * cell).first<10>())};
    if (is_sane(face)) {
      out.push_back(face);
    }
  }
}

void decode_scrfd(const GridMaps& maps, Size input, float min_score, std::vector<Candidate>& out) {
  const auto stride = static_cast<float>(maps.stride);
  for (std::size_t anchor = 0; anchor < maps.scores.size(); ++anchor) {
    const float score = maps.scores[anchor];
    if (score < min_score) {
      continue;
    }
    const Point origin = cell_origin(anchor / kScrfdAnchors, input, maps.stride);
    const auto box = maps.boxes.subspan(4 * anchor).first<4>();
    const Candidate face{
        .x1 = origin.x - box[0] * stride,
        .y1 = origin.y - box[1] * stride,
        .x2 = origin.x + box[2] * stride,
        .y2 = origin.y + box[3] * stride,
        .score = share(score),
        .landmarks = points_at(origin, stride, maps.points.subspan(10 * anchor).first<10>())};
    if (is_sane(face)) {
      out.push_back(face);
    }
  }
}

}  // namespace albumen::faces
