// SPDX-License-Identifier: Apache-2.0
// Where things of a dataset really lie, links followed, and what is left of them. Tested by
// dataset_paths_test.cpp.
#pragma once

#include <optional>
#include <string>

#include "core/result.h"

namespace albumen {

/// Where the file `name` (bytes, relative to the set at `directory`) lies; nothing where that is
/// outside of the set, or among what runs go on from: a set may come from anywhere, with links in
/// it and with names in its journal.
std::optional<std::string> file_in_set(const std::string& directory, const std::string& name);

/// Whether the file at `path` is what a power cut leaves of one that had its name before its bytes
/// were on the disk, and nobody's work: empty, or nothing but zeros at its end. No picture ends so.
bool is_spoilt_file(const std::string& path);

/// Error: InvalidArgument where file_in_set has nothing. To be asked before anything is made there.
Result<void> check_in_set(const std::string& directory, const std::string& name);

}  // namespace albumen
