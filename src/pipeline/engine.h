// SPDX-License-Identifier: Apache-2.0
// What an index run needs besides pictures and a library: the models, the runtime they run on, and
// the analyzers made of them. Tested by the end-to-end tests.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "infer/batcher.h"
#include "infer/model_card.h"
#include "infer/model_store.h"
#include "infer/network.h"
#include "pipeline/analyzer_set.h"

namespace albumen {

struct EngineOptions {
  /// Names of analyzers: "hashes", "quality", "faces"; empty: all.
  std::vector<std::string> analyzers;
  unsigned workers = 1;
  std::optional<Precision> precision;  ///< nothing: what the processor does best
  float min_face = 20;                 ///< smallest face looked for, in pixels of the searched view
  bool thorough = false;           ///< a view of twice the side: smaller faces, four times the work
  std::optional<float> min_score;  ///< nothing: the detector's card
  std::string detector = "mtcnn";  ///< name of an installed model
  std::string embedder = "dlib-resnet29";  ///< name of an installed model
  /// Whether faces of several pictures share runs of the embedder.
  BatcherOptions sharing;
};

/// Move-only.
struct Engine {
  AnalyzerSet analyzers;
  std::optional<Comparison> comparison;  ///< of the embedder, when there is one
};

/// Opens models and makes the analyzers; nets are loaded by AnalyzerSet::load. A built-in model
/// that is not installed yet is installed from the fetched packages. Errors: InvalidArgument for an
/// unknown analyzer or option; NotFound and ModelFailed for models, saying how to get them.
Result<Engine> make_engine(const EngineOptions& options);

/// Converts a built-in model from the folder of fetched packages: $ALBUMEN_PACKAGES, else the
/// packages folder in the user's cache. Errors: as ModelStore::install.
Result<Installation> install_built_in(const ModelStore& store, const std::string& name);

/// Installs a user's own model from `folder` by its card and runs it once. Errors: as
/// ModelStore::install; ModelFailed where it does not do what its card says.
Result<Installation> install_own(const ModelStore& store, const std::string& card_toml,
                                 std::string_view card_name, const std::string& folder);

}  // namespace albumen
