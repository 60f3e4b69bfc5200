// SPDX-License-Identifier: Apache-2.0
// The names that never change: of bytes, of a picture, of a face in a picture. No row number of a
// database ever stands for one of these.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>

namespace albumen {

/// SHA-256 (FIPS 180-4) of something; compares as bytes. files/sha256.h computes it.
struct Sha256Digest {
  std::array<std::byte, 32> bytes{};

  friend auto operator<=>(const Sha256Digest&, const Sha256Digest&) = default;
};

/// Of a picture: a digest of its image payload, orientation and colour profile, so that a keyword
/// written into the file changes nothing; of the whole file for formats that are not taken apart.
using PictureId = Sha256Digest;

/// Of a face. Orders by picture (as bytes), then by index.
struct FaceKey {
  PictureId picture;
  std::uint32_t index = 0;  ///< in the (y, x) order of the faces of one picture

  friend auto operator<=>(const FaceKey&, const FaceKey&) = default;
};

}  // namespace albumen
