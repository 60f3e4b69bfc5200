// SPDX-License-Identifier: Apache-2.0
// The name of a face that never changes, as text and as a key of tables. Every tie
// in this folder is broken by it, so that no result depends on the order of arrival.
// Tested by face_key_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/identity.h"
#include "core/result.h"

namespace albumen {

/// "<64 hexadecimal digits>/<index>".
std::string to_string(const FaceKey& key);

/// The inverse. Error: InvalidArgument for anything else.
Result<FaceKey> parse_face_key(std::string_view text);

/// For hash tables: a digest is uniform already.
struct FaceKeyHash {
  std::size_t operator()(const FaceKey& key) const noexcept;
};

}  // namespace albumen
