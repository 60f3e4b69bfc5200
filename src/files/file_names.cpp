// SPDX-License-Identifier: Apache-2.0
#include "files/file_names.h"

#include <fmt/core.h>
#include <utility>

#include "files/path_text.h"

namespace albumen {
namespace {

// "x.jpg", 2 -> "x-2.jpg".
std::string numbered(const std::string& name, unsigned number) {
  const auto dot = name.rfind('.');
  const bool has_extension = dot != std::string::npos && name.size() - dot <= kLongestExtension;
  const std::string extension = has_extension ? name.substr(dot) : "";
  const std::string suffix = number == 1 ? extension : fmt::format("-{}{}", number, extension);
  std::string stem = name.substr(0, name.size() - extension.size());
  return cut_to(std::move(stem), kLongestFileName - suffix.size()) + suffix;
}

// ASCII only: what else a file system takes for the same is its own affair.
std::string lower_case(std::string text) {
  for (char& character : text) {
    if (character >= 'A' && character <= 'Z') {
      character = static_cast<char>(character - 'A' + 'a');
    }
  }
  return text;
}

}  // namespace

std::string cut_to(std::string text, std::size_t longest) {
  if (text.size() <= longest) {
    return text;
  }
  const bool is_text = is_utf8(text);
  text.resize(longest);
  while (is_text && !is_utf8(text)) {
    text.pop_back();
  }
  return text;
}

std::string FileNames::take(const std::string& name) {
  while (true) {
    std::string candidate = numbered(name, ++last_number_[name]);
    if (taken_.insert(lower_case(candidate)).second) {
      return candidate;
    }
  }
}

}  // namespace albumen
