// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/engine_flags.h"

#include <CLI/CLI.hpp>

#include "cli/internal/number_check.h"
#include "infer/model_card.h"

namespace albumen {
namespace {

// A Euclidean distance d of unit vectors is a cosine distance of d^2 / 2.
double cosine_distance(const Comparison& comparison) {
  const double distance = comparison.same_person;
  return comparison.metric == Metric::kEuclidean ? distance * distance / 2 : distance;
}

}  // namespace

void add_engine_flags(CLI::App& command, EngineFlags& flags) {
  command
      .add_option("--analyzers", flags.analyzers,
                  "Which of hashes, quality and faces to run (default: all)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--thorough", flags.thorough,
                   "Look for small faces too, in a view of 1280 pixels instead of 640: about four "
                   "times the work; only for mtcnn and detectors of its layout");
  command
      .add_option("--min-face", flags.min_face,
                  "Smallest face looked for, in pixels of the view of 640, with --thorough of 1280 "
                  "(default 20); only for mtcnn and detectors of its layout")
      ->check(number_in(12.0F, 640.0F));
  command
      .add_option("--min-score", flags.min_score,
                  "Detector's score from which a face is one (default: the model's card)")
      ->check(number_in(0.0F, 1.0F))
      ->default_str("");
  command.add_option("--detector", flags.detector, "An installed face detector (default mtcnn)");
  command.add_option("--embedder", flags.embedder,
                     "An installed face embedder (default dlib-resnet29)");
  command
      .add_option("--precision", flags.precision, "How nets compute: auto (default), bf16 or f32")
      ->check(CLI::IsMember({"auto", "bf16", "f32"}));
  command
      .add_option("--inference-batch", flags.inference_batch,
                  "Faces of several pictures in one run of the embedder (default 1: each picture "
                  "by itself, which is quickest on few processors)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{64}));
}

void add_grouping_flags(CLI::App& command, GroupingFlags& flags) {
  command
      .add_option("--method", flags.method, "How faces become people: linkage (default) or dbscan")
      ->check(CLI::IsMember({"linkage", "dbscan"}));
  command
      .add_option("--same-distance", flags.same_distance,
                  "Mean cosine distance of one person's faces (default, and 0: the model's card)")
      ->check(number_in(0.0, 0.5));
  command
      .add_option("--eps", flags.eps,
                  "DBSCAN: distance of neighbours, on unit vectors (default 0.33)")
      ->check(number_in(0.0, 2.0));
  command
      .add_option("--min-samples", flags.min_samples,
                  "DBSCAN: neighbours of a core face (default 2)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  command
      .add_option("--least-faces", flags.least_faces,
                  "Fewer faces make a tentative person (default 3)")
      ->check(CLI::Range(1U, 1000U));
}

EngineOptions engine_options(const EngineFlags& flags, unsigned workers) {
  EngineOptions options;
  options.analyzers = flags.analyzers;
  options.workers = workers;
  if (flags.precision != "auto") {
    options.precision = flags.precision == "bf16" ? Precision::kBf16 : Precision::kF32;
  }
  options.thorough = flags.thorough;
  options.min_face = flags.min_face;
  if (flags.min_score > 0) {
    options.min_score = flags.min_score;
  }
  options.detector = flags.detector;
  options.embedder = flags.embedder;
  options.sharing.batch = flags.inference_batch;
  return options;
}

PeopleOptions people_options(PeopleOptions options, const GroupingFlags& flags,
                             const std::string& embedder,
                             const std::optional<Comparison>& comparison) {
  if (comparison) {
    options.model = embedder;
    options.card_distance = cosine_distance(*comparison);
    options.least_eps = comparison->eps_min;
    options.largest_eps = comparison->eps_max;
  }
  if (flags.method) {
    options.method =
        *flags.method == "dbscan" ? GroupingMethod::kDbscan : GroupingMethod::kAverageLinkage;
  }
  if (flags.same_distance) {
    options.same_distance =
        *flags.same_distance > 0 ? flags.same_distance : std::optional<double>{};
  }
  options.eps = flags.eps.value_or(options.eps);
  options.min_samples = flags.min_samples.value_or(options.min_samples);
  options.least_faces = flags.least_faces.value_or(options.least_faces);
  return options;
}

}  // namespace albumen
