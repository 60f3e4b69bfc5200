// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/help_text.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace albumen {
namespace {

constexpr std::size_t kMostColumns = 100;
constexpr std::size_t kLeastDescription = 20;

// "UINT:UINT in [1 - 64]" is a type and what it was checked for, which says it all if it names a
// range or choices.
std::string without_type(const std::string& type) {
  const std::size_t colon = std::min(type.find(':'), type.size());
  const std::string checked = type.substr(std::min(colon + 1, type.size()));
  const bool says_all = checked.starts_with('{') || checked.contains(" in [");
  return says_all ? checked : type.substr(0, colon);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width) {
  std::string lines;
  std::size_t used = 0;  // of the last line
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool fits = used == 0 || used + 1 + word.size() <= width;
    if (used > 0) {
      lines += fits ? ' ' : '\n';
    }
    used = fits && used > 0 ? used + 1 + word.size() : word.size();
    lines += word;
  }
  return lines;
}

HelpText::HelpText(std::size_t columns) : columns_(std::min(columns, kMostColumns)) {}

std::size_t HelpText::description_width() const {
  const std::size_t names = get_column_width();
  return columns_ > names + kLeastDescription ? columns_ - names : kLeastDescription;
}

std::string HelpText::make_description(const CLI::App* app) const {
  const std::string description = app->get_description();
  return description.empty() ? "" : wrapped(description, columns_) + "\n";
}

std::string HelpText::make_footer(const CLI::App* app) const {
  const std::string footer = app->get_footer();
  return footer.empty() ? "" : wrapped(footer, columns_) + "\n";
}

std::string HelpText::make_subcommand(const CLI::App* command) const {
  std::ostringstream line;
  CLI::detail::format_help(line, command->get_name(),
                           wrapped(command->get_description(), description_width()),
                           get_column_width());
  return line.str();
}

std::string HelpText::make_option_opts(const CLI::Option* option) const {
  if (option->get_items_expected_max() == 0) {
    return "";  // a flag takes no value
  }
  std::string text = " " + without_type(option->get_type_name());
  if (option->get_expected_max() == CLI::detail::expected_max_vector_size) {
    text += " ...";
  }
  if (option->get_required()) {
    text += " (required)";
  }
  return text;
}

std::string HelpText::make_option_desc(const CLI::Option* option) const {
  return wrapped(option->get_description(), description_width());
}

}  // namespace albumen
