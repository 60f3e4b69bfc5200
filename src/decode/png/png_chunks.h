// SPDX-License-Identifier: Apache-2.0
// Walks the chunks of a PNG (PNG specification, third edition, 5.3) without decoding anything.
// Tested by png_test.cpp.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/result.h"
#include "decode/internal/byte_reader.h"

namespace albumen {

inline constexpr std::size_t kPngSignatureBytes = 8;

struct PngChunk {
  std::string_view type;  ///< four letters, in the encoded bytes
  std::size_t begin = 0;  ///< offset of the length field
  std::size_t end = 0;    ///< one past the checksum
  ByteSpan data;

  /// A decoder must understand it: the first letter is a capital.
  [[nodiscard]] bool is_critical() const { return (type[0] & 0x20) == 0; }
};

/// Forward iterator over chunks. One thread.
class PngChunks {
 public:
  /// `bytes` outlives the walker and begins with the signature.
  explicit PngChunks(ByteSpan bytes) : bytes_(bytes) {}

  /// The next chunk; Truncated where the bytes end before it is whole, Corrupt for a length beyond
  /// the format's 2^31 - 1. Checksums are not looked at. Do not call again after IEND or an error.
  Result<PngChunk> next();

  /// The type of the chunk that comes next, also where it is not all there; empty past the end.
  [[nodiscard]] std::string_view next_type() const;

 private:
  ByteSpan bytes_;
  std::size_t position_ = kPngSignatureBytes;
};

}  // namespace albumen
