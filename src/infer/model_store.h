// SPDX-License-Identifier: Apache-2.0
// The installed models of a user: converted, proven, and checked again each time they are opened.
//   STORE/NAME/card.toml      the card as it was installed
//   STORE/NAME/<net>.xml|bin  the nets as OpenVINO IR
//   STORE/NAME/installed.toml sha256 and size of each of those files
// Thread-safe: no state but the path; a model appears under its name whole or not at all.
// Tested by model_store_test.cpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "files/sha256.h"
#include "infer/model_card.h"

namespace albumen {

/// A model that was opened and found unaltered.
struct InstalledModel {
  ModelCard card;
  std::string directory;
  std::vector<ModelFile> files;  ///< of the store, not of the package
  std::string digest;            ///< digest_of(card): AnalyzerId::model_digest

  /// Where the net of the source file `stem` lies: "DIRECTORY/pnet.xml".
  [[nodiscard]] std::string network_path(std::string_view stem) const;
};

/// What an installation did.
struct Installation {
  InstalledModel model;
  float golden_difference = 0;  ///< largest, to the values of the net's makers
};

/// A trial of a converted model before it takes its place; its error is the installation's.
using ModelTrial = std::function<Result<void>(const InstalledModel&)>;

class ModelStore {
 public:
  /// The folder is made when the first model is installed.
  explicit ModelStore(std::string directory);

  /// $XDG_CACHE_HOME/albumen/models, else $HOME/.cache/albumen/models.
  /// Error: NotFound when neither variable is set.
  static Result<std::string> default_directory();

  /// Checks the files of `card` in `source_directory` against size and sha256, converts them,
  /// compares golden values where they are known, records the results' sha256. Replaces an older
  /// installation of that name, unless something is wrong: then that one stays. Errors: ModelFailed
  /// naming the card's key that is wrong, or the file and, when it was altered, both digests; what
  /// the converter and `trial` say.
  [[nodiscard]] Result<Installation> install(const std::string& card_toml,
                                             std::string_view card_name,
                                             const std::string& source_directory,
                                             const ModelTrial& trial = {}) const;

  /// Names of installed models, sorted; also those that would not open.
  [[nodiscard]] Result<std::vector<std::string>> list() const;

  /// Opens `name` after hashing every file of it. Errors: NotFound when it is not installed;
  /// ModelFailed naming file, expected and found sha256 when one is missing or altered.
  [[nodiscard]] Result<InstalledModel> open(std::string_view name) const;

  [[nodiscard]] const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
};

}  // namespace albumen
