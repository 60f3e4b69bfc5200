// SPDX-License-Identifier: Apache-2.0
// The analyzer "faces": boxes, scores, five points and vectors of all faces of a picture.
// Tested by faces_analyzer_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "analyze/analyzer.h"
#include "core/findings.h"
#include "core/result.h"
#include "core/view_spec.h"
#include "infer/batcher.h"
#include "infer/model_store.h"
#include "infer/runtime.h"

namespace albumen {

/// Longest side of the view that MTCNN searches; `thorough` sees smaller faces for 4x the time.
inline constexpr std::uint32_t kFaceViewSide = 640;
inline constexpr std::uint32_t kThoroughFaceViewSide = 1280;

/// Longest side that the decode must have for the chips: a quarter of the scale of a 12 MP
/// photograph. Against half the scale (1600) the sets of docs/accuracy.md found the same faces and
/// people (540 faces of 8 % of the height in the median: recall 0.996 both), 9 ms a picture sooner.
inline constexpr std::uint32_t kChipSourceSide = 1000;

/// Smaller faces keep their box and get no vector: from 32 pixels down the error of same/different
/// triples (0.2 % at 32, 0.9 % at 24).
inline constexpr float kSmallestChipSource = 32;

struct FaceOptions {
  /// Smallest face in pixels of the view. This and the next for MTCNN only: other detectors search
  /// at the one size that their card names, and take nothing but the defaults.
  float min_face = 20;
  bool thorough = false;
  /// Nothing: the card's.
  std::optional<float> min_score;
  std::uint32_t chip_source_side = kChipSourceSide;
  float smallest_chip_source = kSmallestChipSource;
  /// Whether chips of several pictures share runs of the embedder. No part of the analyzer's id:
  /// vectors of another batch size differ in the last digits only.
  BatcherOptions sharing;
};

/// The name of the embedding model in the id of an analyzer "faces"; empty in any other id.
std::string_view embedder_of(const AnalyzerId& id);

/// What is known of the analyzer before its nets are loaded.
struct FacesPlan {
  AnalyzerId id;
  std::array<ViewSpec, 2> views;  ///< Analyzer::views
};

/// Error: InvalidArgument for options that do not fit, naming the flag and the detector of those
/// that the detector cannot heed.
Result<FacesPlan> plan_faces(const InstalledModel& detector, const InstalledModel& embedder,
                             const FaceOptions& options);

/// Loads both models into `runtime`, side by side; the models and the runtime may go afterwards.
/// Errors: InvalidArgument for options or models that do not fit, ModelFailed.
Result<std::unique_ptr<Analyzer>> make_faces_analyzer(const Runtime& runtime,
                                                      const InstalledModel& detector,
                                                      const InstalledModel& embedder,
                                                      const FaceOptions& options);

}  // namespace albumen
