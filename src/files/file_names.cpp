// SPDX-License-Identifier: Apache-2.0
#include "files/file_names.h"

#include <cstdint>
#include <fmt/core.h>
#include <utility>

#include "core/ascii_case.h"
#include "files/path_text.h"

namespace albumen {
namespace {

// ".jpg" of "x.jpg".
std::string extension_of(const std::string& name) {
  const auto dot = name.rfind('.');
  const bool has_extension = dot != std::string::npos && name.size() - dot <= kLongestExtension;
  return has_extension ? name.substr(dot) : "";
}

// "x.jpg", 2 -> "x-2.jpg".
std::string numbered(const std::string& name, std::uint64_t number) {
  const std::string extension = extension_of(name);
  const std::string suffix = number == 1 ? extension : fmt::format("-{}{}", number, extension);
  std::string stem = name.substr(0, name.size() - extension.size());
  return cut_to(std::move(stem), kLongestFileName - suffix.size()) + suffix;
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
  std::string plain = numbered(name, 1);
  if (taken_.insert(lower_case(plain)).second) {
    return plain;
  }
  // Numbers of as many digits cut a long name at one place: whoever has the same name there, in
  // lower case, asks for the same names, and what one of them found taken need not be asked again.
  for (std::uint64_t first = 2, end = 10;; first = end, end *= 10) {
    const auto asked = std::pair{lower_case(numbered(name, first)), extension_of(name).size()};
    std::uint64_t& next = next_number_.try_emplace(asked, first).first->second;
    while (next < end) {
      std::string candidate = numbered(name, next++);
      if (taken_.insert(lower_case(candidate)).second) {
        return candidate;
      }
    }
  }
}

}  // namespace albumen
