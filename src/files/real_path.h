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

/// Whether `path` is relative and no component of it leads upwards, by their names alone.
bool stays_below(const std::string& path);

/// Calls `visit` with `path` and then with each folder above it, as lies_in has it, until it
/// answers true; whether it did. Where it looks into a set, the cost is the depth of the path,
/// however large that is: a list of files may be as many sources.
template <class Visit>
bool any_at_or_above(std::string_view path, const Visit& visit) {
  while (!visit(path)) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos || path == "/") {
      return false;
    }
    path = slash == 0 ? std::string_view{"/"} : path.substr(0, slash);
  }
  return true;
}

}  // namespace albumen
