// SPDX-License-Identifier: Apache-2.0
#include "analyze/faces/face_detector.h"

#include <fmt/core.h>

#include "analyze/faces/anchor_detectors.h"
#include "analyze/faces/mtcnn_detector.h"

namespace albumen {

Result<std::unique_ptr<FaceDetector>> make_face_detector(const Runtime& runtime,
                                                         const InstalledModel& model,
                                                         const DetectorOptions& options) {
  switch (model.card.layout) {
    case OutputLayout::kMtcnn:
      return make_mtcnn_detector(runtime, model, options);
    case OutputLayout::kYunet:
    case OutputLayout::kScrfd:
      return make_anchor_detector(runtime, model, options);
    case OutputLayout::kEmbedding:
      break;
  }
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("model {} is no face detector", model.card.name));
}

}  // namespace albumen
