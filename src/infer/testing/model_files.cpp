// SPDX-License-Identifier: Apache-2.0
#include "infer/testing/model_files.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include "files/file.h"
#include "infer/model_card.h"

namespace albumen::testing {
namespace {

std::string cache_folder(const char* variable, const std::string& name) {
  if (const char* set = std::getenv(variable); set != nullptr) {
    return set;
  }
  const char* home = std::getenv("HOME");
  return fmt::format("{}/.cache/albumen/{}", home == nullptr ? "" : home, name);
}

}  // namespace

std::string packages_directory() { return cache_folder("ALBUMEN_PACKAGES", "packages"); }

std::string samples_directory() { return cache_folder("ALBUMEN_SAMPLES", "samples"); }

std::string package_of(const std::string& model) {
  return packages_directory() +
         (model == "mtcnn" ? "/mtcnn-1.0.0" : "/face_recognition_models-0.3.0");
}

Result<std::vector<std::byte>> read_fetched(const std::string& path) {
  auto file = open_for_reading(path);
  if (!file.has_value()) {
    return std::unexpected(std::move(file.error())
                               .with_context("a file that the set-up fetches is missing (run ./run "
                                             "test once, or set ALBUMEN_PACKAGES "
                                             "and ALBUMEN_SAMPLES)"));
  }
  std::vector<std::byte> bytes(TRY(stamp_of(*file, path)).size_bytes);
  TRY(read_exactly(*file, 0, bytes, path));
  return bytes;
}

Result<InstalledModel> installed_model(const std::string& name) {
  const std::string folder =
      fmt::format("{}/albumen-test-models-{}", std::filesystem::temp_directory_path().string(),
                  static_cast<long>(::geteuid()));
  TRY(make_directories(folder));
  // Tests run side by side; the lock goes with the descriptor.
  const FileDescriptor lock(
      ::open((folder + "/.lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  ::flock(lock.value(), LOCK_EX);
  const ModelStore store(folder);
  const ModelCard card = TRY(built_in_card(name));
  auto opened = store.open(name);
  if (opened.has_value() && opened->digest == digest_of(card)) {
    return opened;
  }
  for (const BuiltInCard& built_in : built_in_cards()) {
    if (built_in.name == name) {
      return TRY_CONTEXT(store.install(std::string(built_in.toml), name, package_of(name)),
                         "the set-up fetches the model packages (./run test)")
          .model;
    }
  }
  return fail(ErrorCode::kNotFound, name);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/albumen-XXXXXX";
  path_ = ::mkdtemp(pattern.data()) == nullptr ? "" : pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) {
    std::filesystem::remove_all(path_, ignored);
  }
}

}  // namespace albumen::testing
