// SPDX-License-Identifier: Apache-2.0
// The text of a face's name, the same wherever it is written or taken: exports, contact sheets,
// commands, messages. Tested by face_id_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/identity.h"
#include "core/result.h"

namespace albumen {

/// "<64 hexadecimal digits>#<index>".
std::string to_string(const FaceKey& face);

/// "3fa91c07#0": for people to read and to type.
std::string short_face_id(const FaceKey& face);

/// A face id of which the first digits suffice.
struct FaceIdPrefix {
  std::string digits;  ///< 1 to 64, lower case
  std::uint32_t index = 0;

  [[nodiscard]] bool fits(const FaceKey& face) const;
};

/// Digits may be of either case. Error: InvalidArgument for what is no face id.
Result<FaceIdPrefix> parse_face_id(std::string_view text);

}  // namespace albumen
