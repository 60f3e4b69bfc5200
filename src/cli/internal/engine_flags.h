// SPDX-License-Identifier: Apache-2.0
// Flags that choose analyzers, models and grouping, shared by the commands that run them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/internal/command.h"
#include "pipeline/engine.h"
#include "pipeline/people_run.h"

namespace albumen {

struct EngineFlags {
  std::vector<std::string> analyzers;
  std::string precision = "auto";
  bool thorough = false;
  float min_face = 20;
  float min_score = 0;  ///< 0: the detector's card
  std::string detector = "mtcnn";
  std::string embedder = "dlib-resnet29";
  std::size_t inference_batch = 1;
};

/// What was given; the rest is up to the command.
struct GroupingFlags {
  std::optional<std::string> method;
  std::optional<double> same_distance;  ///< 0: the embedder's card
  std::optional<double> eps;
  std::optional<std::size_t> min_samples;
  std::optional<std::uint32_t> least_faces;
};

void add_engine_flags(CLI::App& command, EngineFlags& flags);

void add_grouping_flags(CLI::App& command, GroupingFlags& flags);

EngineOptions engine_options(const EngineFlags& flags, unsigned workers);

/// `options` with what the flags say, and the comparison of `embedder`; nothing: the built-in
/// embedder's.
PeopleOptions people_options(PeopleOptions options, const GroupingFlags& flags,
                             const std::string& embedder,
                             const std::optional<Comparison>& comparison);

}  // namespace albumen
