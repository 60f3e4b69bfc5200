// SPDX-License-Identifier: Apache-2.0
// EXIF that goes along with a picture which was turned, resized or converted. Input is hostile:
// fuzzed by fuzz/upright_exif_fuzzer.cpp. Tested by exif/exif_test.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/geometry.h"
#include "core/result.h"
#include "encode/byte_sink.h"

namespace albumen {

/// Longest block that is carried: what a JPEG's segment has room for behind its length and name.
inline constexpr std::size_t kMostCarriedExif = 65'535 - 2 - 6;

/// The block (EXIF 2.32: TIFF header first) of a picture that is upright and of `size` now: its
/// orientation says so where it had one, its size likewise, its preview (IFD1) is gone; all else
/// keeps its bytes and its place, because makers' notes count from the block's beginning. Empty
/// where the block is longer than kMostCarriedExif or its main directory cannot be followed: what
/// is not understood is not carried. A copy outside of any budget.
std::vector<std::byte> upright_exif(std::span<const std::byte> block, Size size);

/// Puts an EXIF block into the JPEG, PNG or WebP that passes through. With an empty block,
/// everything passes unchanged. REQUIRES: `next` and `block` outlive it; the block has at most
/// kMostCarriedExif bytes; the file is one of this folder's encoders and has none yet.
class ExifSink final : public ByteSink {
 public:
  /// `size`: of the picture.
  ExifSink(ByteSink& next, std::span<const std::byte> block, Size size)
      : next_(next), block_(block), size_(size) {}

  /// Errors: those of the next sink.
  Result<void> write(std::span<const std::byte> bytes) override;

  /// To be called last. Errors: those of the next sink; Internal for a file of another format.
  Result<void> finish();

 private:
  Result<void> write_head();
  Result<void> write_jpeg_head();
  Result<void> write_png_head();
  Result<void> write_webp_head();

  ByteSink& next_;
  std::span<const std::byte> block_;
  Size size_;
  std::vector<std::byte> head_;  // the first bytes, until there are enough
  bool head_is_written_ = false;
  bool is_webp_ = false;
};

}  // namespace albumen
