// SPDX-License-Identifier: Apache-2.0
// Where paths lead once links are followed. Tested by real_path_test.cpp.
#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace albumen {

/// `path` made absolute, with every link on it followed as far as it exists. Error: Io where that
/// cannot be found out, as for links in a circle.
Result<std::string> real_path(const std::string& path);

/// Whether `path` is `folder` or lies in it, by their names alone; both as of real_path, or of
/// absolute_path where links do not matter.
bool lies_in(std::string_view path, std::string_view folder);

}  // namespace albumen
