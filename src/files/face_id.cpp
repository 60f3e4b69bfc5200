// SPDX-License-Identifier: Apache-2.0
#include "files/face_id.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <fmt/core.h>

#include "core/ascii_case.h"
#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen {
namespace {

constexpr char kBeforeIndex = '#';
// Two of 100,000 pictures share eight digits about once.
constexpr std::size_t kShortDigits = 8;
constexpr std::size_t kAllDigits = 2 * sizeof(Sha256Digest);

std::string joined(std::string_view digits, std::uint32_t index) {
  return fmt::format("{}{}{}", digits, kBeforeIndex, index);
}

bool is_hexadecimal(char digit) {
  return (digit >= '0' && digit <= '9') || (digit >= 'a' && digit <= 'f');
}

}  // namespace

std::string to_string(const FaceKey& face) { return joined(to_string(face.picture), face.index); }

std::string short_face_id(const FaceKey& face) {
  return joined(std::string_view{to_string(face.picture)}.substr(0, kShortDigits), face.index);
}

bool FaceIdPrefix::fits(const FaceKey& face) const {
  return face.index == index && to_string(face.picture).starts_with(digits);
}

Result<FaceIdPrefix> parse_face_id(std::string_view text) {
  const auto mark = std::min(text.find(kBeforeIndex), text.size());
  FaceIdPrefix id{.digits = lower_case(std::string{text.substr(0, mark)})};
  const std::string_view number = text.substr(std::min(mark + 1, text.size()));
  const char* const end = number.data() + number.size();
  const auto [stopped, error] = std::from_chars(number.data(), end, id.index);
  if (id.digits.empty() || id.digits.size() > kAllDigits ||
      !std::ranges::all_of(id.digits, is_hexadecimal) || error != std::errc{} || stopped != end) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no face id; one looks like 3fa91c07#0", path_to_text(text)));
  }
  return id;
}

}  // namespace albumen
