// SPDX-License-Identifier: Apache-2.0
// What every face detector is: a view in, boxes with five points out.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/findings.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "infer/model_store.h"
#include "infer/runtime.h"

namespace albumen {

struct DetectorOptions {
  /// Longest side of the view that will come; sizes of the nets follow from it.
  std::uint32_t view_side = 640;
  /// Smallest face that is looked for, in pixels of the view. Only MTCNN can choose; 12 or more.
  float min_face = 20;
  /// Least score of a face, 0..1.
  float min_score = 0.9F;
};

/// Finds faces for one thread. The detector that made it outlives it.
class DetectorWorker {
 public:
  virtual ~DetectorWorker() = default;

  /// Faces of an RGB view, in pixels of the view, best score first; boxes may reach over its edge.
  /// Takes at most FaceDetector::working_bytes out of `job`.
  virtual Result<std::vector<FaceBox>> detect(ImageView view, Reservation& job) = 0;
};

/// Immutable; shared by all threads.
class FaceDetector {
 public:
  virtual ~FaceDetector() = default;

  [[nodiscard]] virtual Bytes working_bytes(Size view) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<DetectorWorker>> make_worker() const = 0;
};

/// The detector that the model's card asks for: MTCNN, YuNet or SCRFD.
/// Errors: InvalidArgument for options out of range or a model that detects nothing; ModelFailed.
Result<std::unique_ptr<FaceDetector>> make_face_detector(const Runtime& runtime,
                                                         const InstalledModel& model,
                                                         const DetectorOptions& options);

}  // namespace albumen
