// SPDX-License-Identifier: Apache-2.0
#include "files/real_path.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <system_error>

#include "core/error.h"
#include "files/path_text.h"

namespace albumen {

namespace fs = std::filesystem;

Result<std::string> real_path(const std::string& path) {
  std::error_code error;
  // A relative path whose first folder is missing stays relative without this.
  const fs::path absolute = fs::absolute(path, error);
  const fs::path real = error ? fs::path{} : fs::weakly_canonical(absolute, error);
  if (error) {
    return fail(ErrorCode::kIo, fmt::format("{}: cannot find out where that lies: {}",
                                            path_to_text(path), error.message()));
  }
  std::string found = real.native();
  while (found.size() > 1 && found.ends_with('/')) {
    found.pop_back();
  }
  return found;
}

bool lies_in(std::string_view path, std::string_view folder) {
  if (folder.ends_with('/')) {  // the root alone
    return path.starts_with(folder);
  }
  return path == folder ||
         (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

bool stays_below(const std::string& path) {
  const fs::path parts{path};
  return !parts.has_root_directory() &&
         std::none_of(parts.begin(), parts.end(),
                      [](const fs::path& part) { return part == ".."; });
}

}  // namespace albumen
