// SPDX-License-Identifier: Apache-2.0
#include "pipeline/engine.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fmt/core.h>
#include <string_view>
#include <system_error>
#include <utility>

#include "analyze/faces/faces_analyzer.h"
#include "analyze/faces/model_trial.h"
#include "analyze/hashes/hashes.h"
#include "analyze/quality/quality.h"
#include "files/path_text.h"
#include "infer/runtime.h"
#include "pipeline/internal/on_demand_analyzer.h"

namespace albumen {
namespace {

// Every analyzer there is: its name, and whether it needs nets.
struct AnalyzerEntry {
  std::string_view name;
  bool needs_models;
};

constexpr std::array kAnalyzers{AnalyzerEntry{"hashes", false}, AnalyzerEntry{"quality", false},
                                AnalyzerEntry{"faces", true}};

// Where the set-up puts the packages that the built-in models come from.
struct PackageFolder {
  std::string_view model;
  std::string_view folder;
};

constexpr std::array kPackageFolders{
    PackageFolder{"mtcnn", "mtcnn-1.0.0"},
    PackageFolder{"dlib-resnet29", "face_recognition_models-0.3.0"}};

std::string environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): read only
  return value == nullptr ? "" : value;
}

Result<std::vector<std::string_view>> chosen_names(const std::vector<std::string>& wanted) {
  std::vector<std::string_view> names;
  for (const std::string& name : wanted) {
    if (std::ranges::find(kAnalyzers, name, &AnalyzerEntry::name) == kAnalyzers.end()) {
      return fail(ErrorCode::kInvalidArgument,
                  "there is no analyzer '" + name + "'; there are hashes, quality and faces");
    }
  }
  // In the table's order, whatever the order asked.
  for (const AnalyzerEntry& entry : kAnalyzers) {
    if (wanted.empty() || std::ranges::find(wanted, entry.name) != wanted.end()) {
      names.push_back(entry.name);
    }
  }
  return names;
}

Result<InstalledModel> open_or_install(const ModelStore& store, const std::string& name) {
  auto model = store.open(name);
  if (model || model.error().code != ErrorCode::kNotFound || !built_in_card(name)) {
    return model;
  }
  return TRY(install_built_in(store, name)).model;
}

FaceOptions face_options(const EngineOptions& options) {
  FaceOptions faces;
  faces.min_face = options.min_face;
  faces.thorough = options.thorough;
  faces.min_score = options.min_score;
  faces.sharing = options.sharing;
  return faces;
}

Result<std::unique_ptr<Analyzer>> make_faces(const EngineOptions& options, Engine& engine) {
  const ModelStore store{TRY(ModelStore::default_directory())};
  const InstalledModel detector = TRY(open_or_install(store, options.detector));
  const InstalledModel embedder = TRY(open_or_install(store, options.embedder));
  engine.comparison = embedder.card.comparison;
  const FaceOptions faces = face_options(options);
  // No card's name has a leading dot: no model is taken for the folder, nor installed over it.
  const RuntimeOptions runtime_options{.workers = options.workers,
                                       .precision = options.precision,
                                       .compiled_cache = store.directory() + "/.compiled"};
  FacesPlan plan = TRY(plan_faces(detector, embedder, faces));
  const auto make = [=]() -> Result<std::unique_ptr<Analyzer>> {
    const auto runtime = TRY(make_openvino_runtime(runtime_options));
    return make_faces_analyzer(*runtime, detector, embedder, faces);
  };
  return std::make_unique<OnDemandAnalyzer>(
      std::move(plan.id), std::vector<ViewSpec>{plan.views.begin(), plan.views.end()}, make);
}

}  // namespace

Result<Engine> make_engine(const EngineOptions& options) {
  Engine engine{.analyzers = AnalyzerSet{{}}, .comparison = {}};
  std::vector<std::unique_ptr<Analyzer>> analyzers;
  for (const std::string_view name : TRY(chosen_names(options.analyzers))) {
    if (name == "hashes") {
      analyzers.push_back(make_hashes_analyzer());
    } else if (name == "quality") {
      analyzers.push_back(make_quality_analyzer());
    } else {
      analyzers.push_back(TRY(make_faces(options, engine)));
    }
  }
  engine.analyzers = AnalyzerSet{std::move(analyzers)};
  return engine;
}

Result<Installation> install_built_in(const ModelStore& store, const std::string& name) {
  const auto card = std::ranges::find(built_in_cards(), name, &BuiltInCard::name);
  const auto* folder = std::ranges::find(kPackageFolders, name, &PackageFolder::model);
  if (card == built_in_cards().end() || folder == kPackageFolders.end()) {
    return fail(ErrorCode::kNotFound,
                "there is no built-in model '" + name + "'; your own comes with --card");
  }
  std::string packages = environment("ALBUMEN_PACKAGES");
  if (packages.empty()) {
    const std::string cache = environment("XDG_CACHE_HOME");
    packages = (cache.empty() ? environment("HOME") + "/.cache" : cache) + "/albumen/packages";
  }
  const std::string source = packages + "/" + std::string{folder->folder};
  std::error_code ignored;
  if (!std::filesystem::is_directory(source, ignored)) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("model {}: there is no {}; fetch the model packages with ./run setup, "
                            "or name their folder in ALBUMEN_PACKAGES",
                            name, path_to_text(source)));
  }
  return store.install(std::string{card->toml}, name, source);
}

Result<Installation> install_own(const ModelStore& store, const std::string& card_toml,
                                 std::string_view card_name, const std::string& folder) {
  const auto trial = [](const InstalledModel& model) -> Result<void> {
    const auto runtime = TRY(make_openvino_runtime({.precision = Precision::kF32}));
    return try_face_model(*runtime, model);
  };
  return store.install(card_toml, card_name, folder, trial);
}

}  // namespace albumen
