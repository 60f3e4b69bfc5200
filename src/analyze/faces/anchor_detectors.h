// SPDX-License-Identifier: Apache-2.0
// Users' own detectors: YuNet and SCRFD, by their output layouts. The view is fitted into the
// net's input, top left, zeros beside it. Tested by anchor_detectors_test.cpp.
#pragma once

#include "analyze/faces/face_detector.h"

namespace albumen {

/// YuNet: outputs cls_S, obj_S, bbox_S, kps_S for strides S = 8, 16, 32.
/// SCRFD: for each stride a score, a box and a points output, told apart by their sizes.
/// Errors: ModelFailed where the outputs are others; InvalidArgument for another layout.
Result<std::unique_ptr<FaceDetector>> make_anchor_detector(const Runtime& runtime,
                                                           const InstalledModel& model,
                                                           const DetectorOptions& options);

}  // namespace albumen
