// SPDX-License-Identifier: Apache-2.0
// A check for options of fractions: "nan" is in every CLI::Range.
#pragma once

#include <CLI/CLI.hpp>
#include <cmath>
#include <string>

namespace albumen {

/// CLI::Range, and refuses what is no number. Looks the same in the help.
template <typename Fraction>
CLI::Validator number_in(Fraction lowest, Fraction highest) {
  const CLI::Range range{lowest, highest};
  return CLI::Validator{[range](const std::string& text) {
                          double value = 0;
                          const bool is_read = CLI::detail::lexical_cast(text, value);
                          return is_read && std::isnan(value) ? text + " is no number"
                                                              : range(text);
                        },
                        range.get_description()};
}

}  // namespace albumen
