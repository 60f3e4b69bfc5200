// SPDX-License-Identifier: Apache-2.0
// Where things of a dataset really lie, links followed. Tested by dataset_paths_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"

namespace albumen {

/// `path` made absolute, with every link on it followed as far as it exists. Error: Io where that
/// cannot be found out, as for links in a circle.
Result<std::string> real_path(const std::string& path);

/// Whether `path` is `folder` or lies in it; both as of real_path.
bool lies_in(std::string_view path, std::string_view folder);

/// Where the file `name` (bytes, relative to the set at `directory`) lies; nothing where that is
/// outside of the set, or among what runs go on from: a set may come from anywhere, with links in
/// it and with names in its journal.
std::optional<std::string> file_in_set(const std::string& directory, const std::string& name);

/// Error: InvalidArgument where file_in_set has nothing. To be asked before anything is made there.
Result<void> check_in_set(const std::string& directory, const std::string& name);

}  // namespace albumen
