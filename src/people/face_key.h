// SPDX-License-Identifier: Apache-2.0
// The name of a face that never changes: its picture's digest and its index in that picture. Every
// tie in this folder is broken by it, so that no result depends on the order of arrival.
// Tested by face_key_test.cpp.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "files/sha256.h"

namespace albumen {

/// Orders by picture digest (as bytes), then by index.
struct FaceKey {
  Sha256Digest picture;
  std::uint32_t index = 0;  ///< in the (y, x) order of the faces of one picture

  friend auto operator<=>(const FaceKey&, const FaceKey&) = default;
};

/// "<64 hexadecimal digits>/<index>".
std::string to_string(const FaceKey& key);

/// The inverse. Error: InvalidArgument for anything else.
Result<FaceKey> parse_face_key(std::string_view text);

/// For hash tables: a digest is uniform already.
struct FaceKeyHash {
  std::size_t operator()(const FaceKey& key) const noexcept;
};

}  // namespace albumen
