// SPDX-License-Identifier: Apache-2.0
// A check for options of paths, of which an empty one is not the same as none.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace albumen {

/// Refuses "": it is what a shell makes of a variable that is not set. Says nothing in the help.
inline CLI::Validator not_empty() {
  return CLI::Validator{[](const std::string& text) {
                          return text.empty() ? std::string{"is empty; a path is needed (is a "
                                                            "variable of the shell not set?)"}
                                              : std::string{};
                        },
                        ""};
}

}  // namespace albumen
