// SPDX-License-Identifier: Apache-2.0
// The help of every command, fitted to a terminal. Tested by help_text_test.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <string>
#include <string_view>

namespace albumen {

/// `text` with its lines broken between words, none longer than `width` but for longer words.
std::string wrapped(std::string_view text, std::size_t width);

/// CLI11's help, with descriptions broken between words, and without what they say themselves: the
/// defaults, and a type beside the range or the words of an option.
class HelpText final : public CLI::Formatter {
 public:
  /// For lines of so many columns, and at most of a hundred: longer ones are hard to read.
  explicit HelpText(std::size_t columns);

  std::string make_description(const CLI::App* app) const override;
  std::string make_footer(const CLI::App* app) const override;
  std::string make_subcommand(const CLI::App* command) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;

 private:
  [[nodiscard]] std::size_t description_width() const;

  std::size_t columns_;
};

}  // namespace albumen
