// SPDX-License-Identifier: Apache-2.0
#include "library/library_path.h"

#include <cstdlib>
#include <filesystem>
#include <fmt/core.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <utility>

#include "files/file.h"
#include "files/path_text.h"
#include "library/library.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolder = ".albumen";
constexpr std::string_view kFile = "library.db";

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>{value};
}

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

Result<std::optional<std::string>> nearest_library(const std::string& source) {
  std::error_code error;
  fs::path folder = fs::absolute(source, error).lexically_normal();
  if (error) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path_to_text(source), error.message()));
  }
  for (;;) {
    const fs::path candidate = folder / kFolder / kFile;
    if (is_file(candidate)) {
      return candidate.string();
    }
    if (!folder.has_relative_path()) {
      return std::nullopt;
    }
    folder = folder.parent_path();
  }
}

Result<std::string> users_own(const LibraryPathInputs& inputs) {
  std::string base;
  if (inputs.data_home && inputs.data_home->starts_with('/')) {
    base = *inputs.data_home;
  } else if (inputs.home && !inputs.home->empty()) {
    base = *inputs.home + "/.local/share";
  } else {
    return fail(ErrorCode::kNotFound,
                "no place for the library: set --library, ALBUMEN_LIBRARY or HOME");
  }
  const std::string folder = base + "/albumen";
  TRY(make_directories(folder));
  return folder + "/" + std::string{kFile};
}

}  // namespace

LibraryPathInputs library_path_inputs(std::optional<std::string> flag,
                                      std::optional<std::string> source) {
  return {.flag = std::move(flag),
          .environment = variable("ALBUMEN_LIBRARY"),
          .source = std::move(source),
          .data_home = variable("XDG_DATA_HOME"),
          .home = variable("HOME")};
}

Result<std::string> choose_library_path(const LibraryPathInputs& inputs) {
  if (inputs.flag) {
    if (inputs.flag->empty()) {
      return fail(ErrorCode::kInvalidArgument, "--library needs the path of a file");
    }
    return *inputs.flag;
  }
  if (inputs.environment && !inputs.environment->empty()) {
    return *inputs.environment;
  }
  if (const auto nearest = TRY(nearest_library(inputs.source.value_or(".")))) {
    return *nearest;
  }
  return users_own(inputs);
}

Result<InitOutcome> init_library(const std::string& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) {
    return fail(ErrorCode::kNotFound, path_to_text(directory) + ": there is no such folder");
  }
  const std::string folder = directory + "/" + std::string{kFolder};
  TRY(make_directories(folder));
  InitOutcome outcome{.path = folder + "/" + std::string{kFile}};
  outcome.created = !is_file(outcome.path);
  const auto library =
      TRY(Library::open(outcome.path, {.mode = LibraryMode::kWrite, .command = "albumen init"}));
  outcome.path = library->path();
  return outcome;
}

}  // namespace albumen
