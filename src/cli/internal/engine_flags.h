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

struct GroupingFlags {
  std::string method = "linkage";
  double same_distance = 0;  ///< 0: the embedder's card
  double eps = 0.33;
  std::size_t min_samples = 2;
  std::uint32_t least_faces = 3;
};

void add_engine_flags(CLI::App& command, EngineFlags& flags);

void add_grouping_flags(CLI::App& command, GroupingFlags& flags);

EngineOptions engine_options(const EngineFlags& flags, unsigned workers);

/// With the comparison of `embedder`; nothing: the built-in embedder's.
PeopleOptions people_options(const GroupingFlags& flags, const std::string& embedder,
                             const std::optional<Comparison>& comparison, unsigned threads);

}  // namespace albumen
