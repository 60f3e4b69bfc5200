// SPDX-License-Identifier: Apache-2.0
#include "cli/typed_command.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "files/file_names.h"
#include "files/path_text.h"

namespace albumen {
namespace {

bool is_plain(char character) {
  const auto byte = static_cast<unsigned char>(character);
  const bool is_letter_or_digit = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                                  (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
  return is_letter_or_digit || std::string_view{"_-./:=,@%+"}.contains(character);
}

std::string quoted(const std::string& text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) {
    return text;
  }
  std::string result = "'";
  for (const char character : text) {
    if (character == '\'') {
      result += "'\\''";
    } else {
      result.push_back(character);
    }
  }
  return result + "'";
}

}  // namespace

std::string typed_command(std::span<const char* const> arguments) {
  std::string line = "albumen";
  for (const char* const argument : arguments) {
    line.push_back(' ');
    line.append(quoted(path_to_text(argument)));
    if (line.size() > kLongestTypedCommand) {
      break;
    }
  }
  if (line.size() <= kLongestTypedCommand) {
    return line;
  }
  constexpr std::string_view kCut = "...";
  return cut_to(std::move(line), kLongestTypedCommand - kCut.size()).append(kCut);
}

}  // namespace albumen
