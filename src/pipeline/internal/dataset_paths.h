// SPDX-License-Identifier: Apache-2.0
// Where things of a dataset really lie, links followed. Tested by dataset_paths_test.cpp.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace albumen {

/// Where the file `name` (bytes, relative to the set at `directory`) lies; nothing where that is
/// outside of the set, or among what runs go on from: a set may come from anywhere, with links in
/// it and with names in its journal.
std::optional<std::string> file_in_set(const std::string& directory, const std::string& name);

/// Error: InvalidArgument where file_in_set has nothing. To be asked before anything is made there.
Result<void> check_in_set(const std::string& directory, const std::string& name);

}  // namespace albumen
