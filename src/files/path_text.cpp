// SPDX-License-Identifier: Apache-2.0
#include "files/path_text.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "core/ascii_case.h"
#include "core/error.h"
#include "core/result.h"

namespace albumen {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

// Length of the well-formed UTF-8 sequence at the start of `bytes` (Unicode 15, table 3-7), or 0.
std::size_t utf8_sequence_length(std::string_view bytes) {
  const auto at = [&](std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); };
  const auto continues = [&](std::size_t index, std::uint8_t low, std::uint8_t high) {
    return index < bytes.size() && at(index) >= low && at(index) <= high;
  };
  const std::uint8_t lead = at(0);
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return continues(1, 0x80, 0xBF) ? 2 : 0;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
    const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;
    return continues(1, low, high) && continues(2, 0x80, 0xBF) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
    const bool whole =
        continues(1, low, high) && continues(2, 0x80, 0xBF) && continues(3, 0x80, 0xBF);
    return whole ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& text, char byte) {
  const auto value = static_cast<std::uint8_t>(byte);
  text.push_back('%');
  text.push_back(kDigits[value >> 4U]);
  text.push_back(kDigits[value & 15U]);
}

std::optional<unsigned> hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') {
    return static_cast<unsigned>(digit - '0');
  }
  const auto lower = static_cast<char>(digit | 0x20);
  if (lower >= 'a' && lower <= 'f') {
    return static_cast<unsigned>(lower - 'a') + 10;
  }
  return std::nullopt;
}

bool must_be_escaped(char byte) {
  const auto value = static_cast<std::uint8_t>(byte);
  return value < 0x20 || value == 0x7F || byte == '%';
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_sequence_length(bytes);
    if (length == 0) {
      return false;
    }
    bytes.remove_prefix(length);
  }
  return true;
}

std::string path_to_text(std::string_view path) {
  std::string text;
  text.reserve(path.size());
  while (!path.empty()) {
    const std::size_t length = utf8_sequence_length(path);
    if (length == 0 || (length == 1 && must_be_escaped(path.front()))) {
      append_escaped(text, path.front());
      path.remove_prefix(1);
    } else {
      text.append(path.substr(0, length));
      path.remove_prefix(length);
    }
  }
  return text;
}

Result<std::string> path_from_text(std::string_view text) {
  std::string path;
  path.reserve(text.size());
  for (std::size_t index = 0; index < text.size(); ++index) {
    if (text[index] != '%') {
      path.push_back(text[index]);
      continue;
    }
    const auto high = index + 1 < text.size() ? hex_digit(text[index + 1]) : std::nullopt;
    const auto low = index + 2 < text.size() ? hex_digit(text[index + 2]) : std::nullopt;
    if (!high || !low) {
      return fail(ErrorCode::kInvalidArgument,
                  "'%' must be followed by two hexadecimal digits in path " + std::string{text});
    }
    path.push_back(static_cast<char>((*high << 4U) | *low));
    index += 2;
  }
  return path;
}

Result<std::string> absolute_path(std::string_view path) {
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                "a path must not be empty or hold a zero byte: \"" + path_to_text(path) + "\"");
  }
  std::error_code error;
  const auto working_directory = std::filesystem::current_path(error);
  if (error) {
    return fail(ErrorCode::kIo, "cannot find the working directory: " + error.message());
  }
  std::string normal = (working_directory / path).lexically_normal().native();
  while (normal.size() > 1 && normal.ends_with('/')) {
    normal.pop_back();
  }
  return normal;
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) {
    return ".";
  }
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view below_here(std::string_view path) {
  constexpr std::string_view kHere = "./";
  while (path.starts_with(kHere)) {
    path.remove_prefix(kHere.size());
  }
  return path;
}

bool has_drive_letter(std::string_view path) {
  return path.size() >= 2 && path[1] == ':' && is_letter(path.front());
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<std::uint8_t>(byte);
    text.push_back(kDigits[value >> 4U]);
    text.push_back(kDigits[value & 15U]);
  }
  return text;
}

}  // namespace albumen
