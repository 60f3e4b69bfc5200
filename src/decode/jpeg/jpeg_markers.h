// SPDX-License-Identifier: Apache-2.0
// Walks the marker segments of a JPEG (ITU-T T.81 annex B) without decoding anything. Used to
// probe, to find metadata, to hash the payload and to leave out scans. Tested by
// jpeg_markers_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/result.h"
#include "decode/internal/byte_reader.h"
#include "entropy/markers.h"

namespace albumen {

/// One segment. `begin` is the offset of the 0xFF right before the code; `end` is one past the
/// segment's parameters (for SOS: where entropy-coded data begins).
struct JpegSegment {
  std::uint8_t marker = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
  ByteSpan payload;  ///< after the two length bytes; empty for SOI, EOI, RSTn, TEM
};

/// Forward iterator over segments. Entropy-coded data after a SOS is skipped when the next segment
/// is asked for, so that reading the header of a large file costs nothing. One thread.
class JpegMarkers {
 public:
  /// `bytes` outlives the walker.
  explicit JpegMarkers(ByteSpan bytes) : bytes_(bytes) {}

  /// The next segment; Truncated where the bytes end before it is whole, Corrupt where a length
  /// makes no sense. Do not call again after EOI or an error.
  Result<JpegSegment> next();

 private:
  std::optional<std::uint8_t> find_marker();

  ByteSpan bytes_;
  std::size_t position_ = 0;
  bool in_entropy_data_ = false;
};

}  // namespace albumen
