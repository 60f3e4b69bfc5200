// SPDX-License-Identifier: Apache-2.0
// Letters without their case, as names, extensions and units are compared: those of ASCII alone,
// whatever the locale. Every other byte stays, so that UTF-8 does. Tested by ascii_case_test.cpp.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace albumen {

constexpr bool is_letter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

constexpr char lower_case(char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
}

inline std::string lower_case(std::string text) {
  for (char& byte : text) {
    byte = lower_case(byte);
  }
  return text;
}

/// `lower` is in lower case already.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, [](char byte) { return lower_case(byte); });
}

}  // namespace albumen
