// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/text_format.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <nlohmann/json.hpp>

namespace albumen::exporting {
namespace {

bool needs_no_escape(char byte) {
  return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  if (std::ranges::all_of(text, needs_no_escape)) {
    out.push_back('"');
    out.append(text).push_back('"');
    return;
  }
  constexpr int kOneLine = -1;
  constexpr bool kAsciiOnly = false;
  out += nlohmann::json(text).dump(kOneLine, ' ', kAsciiOnly,
                                   nlohmann::json::error_handler_t::replace);
}

void append_csv_field(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out.append(text);
    return;
  }
  out.push_back('"');
  for (const char byte : text) {
    out.append(byte == '"' ? 2 : 1, byte);
  }
  out.push_back('"');
}

void append_fixed(std::string& out, double value, int decimals) {
  const std::size_t start = out.size();
  fmt::format_to(std::back_inserter(out), "{:.{}f}", value, decimals);
  const bool is_zero = out.find_first_of("123456789", start) == std::string::npos;
  if (is_zero && out[start] == '-') {
    out.erase(start, 1);
  }
}

void append_share(std::string& out, double share) {
  constexpr double kMostBelowOne = 0.9999;
  append_fixed(out, share < 1 ? std::min(share, kMostBelowOne) : 1, 4);
}

std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

}  // namespace albumen::exporting
