// SPDX-License-Identifier: Apache-2.0
#include "people/face_key.h"

#include <cstring>

namespace albumen {

std::size_t FaceKeyHash::operator()(const FaceKey& key) const noexcept {
  std::size_t hash = 0;
  std::memcpy(&hash, key.picture.bytes.data(), sizeof(hash));
  constexpr std::size_t kGolden = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio: spreads the index
  return hash ^ (key.index * kGolden);
}

}  // namespace albumen
