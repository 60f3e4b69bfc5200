// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/testing/chips.h"

#include <array>

#include "analyze/faces/face_aligner.h"
#include "analyze/faces/testing/photograph.h"
#include "infer/testing/model_files.h"

namespace albumen::testing {

Result<ChipCutter> ChipCutter::create() {
  ChipCutter cutter;
  cutter.runtime_ = TRY(make_openvino_runtime({.precision = Precision::kF32}));
  const InstalledModel model = TRY(installed_model("mtcnn"));
  cutter.detector_ = TRY(make_face_detector(*cutter.runtime_, model, {}));
  cutter.worker_ = TRY(cutter.detector_->make_worker());
  return cutter;
}

Result<std::vector<std::uint8_t>> ChipCutter::chips_of(const std::string& path,
                                                       const AlignmentTemplate& alignment) {
  constexpr std::array kViews = {ViewSpec{.longest_side = 640, .layout = ViewLayout::kRgb8}};
  const auto photograph = TRY(load_photograph(path, kViews));
  const View& view = photograph->views[0];
  const Size side{.width = alignment.chip_side, .height = alignment.chip_side};
  const std::size_t one = std::size_t{side.width} * side.height * 3;
  std::vector<std::uint8_t> chips;
  for (const FaceBox& face : TRY(worker_->detect(view.pixels, photograph->job))) {
    Landmarks points = face.landmarks;
    for (Point& point : points) {
      point = {.x = point.x * view.original_per_view_x, .y = point.y * view.original_per_view_y};
    }
    const auto map = chip_to_picture(points, alignment);
    if (map.has_value()) {
      chips.resize(chips.size() + one);
      const MutableImageView chip(chips.data() + chips.size() - one, side, 3,
                                  std::size_t{side.width} * 3);
      TRY(sample_affine(chip, photograph->decoded, *map, photograph->job));
    }
  }
  return chips;
}

}  // namespace albumen::testing
