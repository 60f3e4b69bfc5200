// SPDX-License-Identifier: Apache-2.0
// Aligned chips of photographs, for what is measured or tested of embedders alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analyze/faces/face_detector.h"
#include "core/result.h"
#include "infer/model_card.h"
#include "infer/runtime.h"

namespace albumen::testing {

/// Finds faces with the default detector in f32 and cuts their chips.
class ChipCutter {
 public:
  /// Errors: those of the runtime and the model store.
  static Result<ChipCutter> create();

  /// The chips of all faces of the photograph at `path`, RGB, one after the other.
  [[nodiscard]] Result<std::vector<std::uint8_t>> chips_of(const std::string& path,
                                                           const AlignmentTemplate& alignment);

 private:
  ChipCutter() = default;

  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<FaceDetector> detector_;
  std::unique_ptr<DetectorWorker> worker_;
};

}  // namespace albumen::testing
