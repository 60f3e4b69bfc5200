// SPDX-License-Identifier: Apache-2.0
// MTCNN (Zhang et al. 2016, arXiv:1604.02878): P-Net proposes on a pyramid, R-Net refines 24x24
// crops, O-Net judges 48x48 crops and places five points. Crops are read from mip levels, so that
// they do not alias. Tested by mtcnn_detector_test.cpp.
#pragma once

#include "analyze/faces/face_detector.h"

namespace albumen {

/// Errors: InvalidArgument for options out of range, ModelFailed.
Result<std::unique_ptr<FaceDetector>> make_mtcnn_detector(const Runtime& runtime,
                                                          const InstalledModel& model,
                                                          const DetectorOptions& options);

}  // namespace albumen
