// SPDX-License-Identifier: Apache-2.0
// A check for options of numbers, beside CLI::Range: "nan" is in every range.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <string>

namespace albumen {

/// Refuses what is no number. Adds nothing to the help.
inline CLI::Validator is_number() {
  return CLI::Validator{[](const std::string& text) {
                          double value = 0;
                          const bool is_read = CLI::detail::lexical_cast(text, value);
                          return is_read && std::isnan(value) ? text + " is no number" : "";
                        },
                        ""};
}

}  // namespace albumen
