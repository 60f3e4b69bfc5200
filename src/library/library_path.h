// SPDX-License-Identifier: Apache-2.0
// Which library a command means, and making one beside the pictures.
// Tested by library_path_test.cpp.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace albumen {

/// What the choice depends on; everything is bytes.
struct LibraryPathInputs {
  std::optional<std::string> flag;         ///< --library
  std::optional<std::string> environment;  ///< ALBUMEN_LIBRARY; empty counts as unset
  std::optional<std::string> source;       ///< the first source, file or folder, if there is one
  std::optional<std::string> data_home;    ///< XDG_DATA_HOME; ignored unless absolute
  std::optional<std::string> home;         ///< HOME
};

/// Fills in everything that comes from the environment.
LibraryPathInputs library_path_inputs(std::optional<std::string> flag,
                                      std::optional<std::string> source);

/// The flag, else the environment, else the nearest `.albumen/library.db` that exists in the
/// source or in a folder above it (in the working directory and above without a source), else the
/// user's own, whose folder is made. Errors: InvalidArgument for an empty flag, NotFound without
/// a home, Io.
Result<std::string> choose_library_path(const LibraryPathInputs& inputs);

/// Where `albumen init` puts the library of `directory`.
struct InitOutcome {
  std::string path;
  bool created = false;  ///< false: there was one, which is untouched
};

/// Makes `directory`/.albumen/library.db. Errors: NotFound when there is no such folder, Io,
/// StoreFailed.
Result<InitOutcome> init_library(const std::string& directory);

}  // namespace albumen
