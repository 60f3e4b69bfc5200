// SPDX-License-Identifier: Apache-2.0
#include "people/face_key.h"

#include <charconv>
#include <cstring>
#include <fmt/format.h>

#include "files/sha256.h"

namespace albumen {

std::string to_string(const FaceKey& key) {
  return fmt::format("{}/{}", to_string(key.picture), key.index);
}

Result<FaceKey> parse_face_key(std::string_view text) {
  constexpr std::size_t kDigestDigits = 64;
  if (text.size() < kDigestDigits + 2 || text[kDigestDigits] != '/') {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is not a face id (64 hexadecimal digits, '/', a number)", text));
  }
  FaceKey key;
  key.picture = TRY(parse_sha256(text.substr(0, kDigestDigits)));
  const std::string_view digits = text.substr(kDigestDigits + 1);
  const char* const end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, key.index);
  if (error != std::errc{} || stopped != end) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is not the index of a face", digits));
  }
  return key;
}

std::size_t FaceKeyHash::operator()(const FaceKey& key) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, key.picture.bytes.data(), sizeof(hash));
  constexpr std::size_t kGolden = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio: spreads the index
  return hash ^ (key.index * kGolden);
}

}  // namespace albumen
