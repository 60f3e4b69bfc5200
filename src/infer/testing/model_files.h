// SPDX-License-Identifier: Apache-2.0
// The fetched files that tests need: `./run` puts them there. Never skipped: without them a test
// fails and says what is missing.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "infer/model_store.h"

namespace albumen::testing {

/// $ALBUMEN_PACKAGES, else ~/.cache/albumen/packages.
std::string packages_directory();

/// $ALBUMEN_SAMPLES, else ~/.cache/albumen/samples.
std::string samples_directory();

/// The folder of a built-in model's files: "PACKAGES/mtcnn-1.0.0".
std::string package_of(const std::string& model);

/// The bytes of a package or sample file. Error: NotFound, with what to do about it.
Result<std::vector<std::byte>> read_fetched(const std::string& path);

/// The built-in model `name` out of a store that the tests of one user share; installed when it is
/// not there or not whole. Errors: those of ModelStore::install.
Result<InstalledModel> installed_model(const std::string& name);

/// A new folder of its own, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace albumen::testing
