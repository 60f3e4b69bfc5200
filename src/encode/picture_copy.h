// SPDX-License-Identifier: Apache-2.0
// A JPEG, PNG or WebP as another file of exactly the same pixels, without what stands beside them:
// cameras, places, dates, previews, comments, colour profiles. The compressed pixels are copied
// byte for byte, never decoded. Input is hostile: fuzzed by fuzz/picture_copy_fuzzer.cpp. Tested by
// copy/picture_copy_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"
#include "encode/byte_sink.h"

namespace albumen {

enum class CopiedParts : std::uint8_t {
  /// What shows the picture. JPEG: all segments but APPn and comments, with JFIF (its preview
  /// apart) and Adobe's APP14. PNG: critical chunks, tRNS, sRGB, gAMA, cHRM (the latter two not
  /// beside a profile, which replaced them), cICP, mDCV, cLLI, and those of animations. WebP:
  /// pixels,
  /// alpha, animation. A file that has nothing else is copied byte for byte.
  kPicture,
  kEverything,  ///< every byte of the file
};

/// Whoever calls it has found that the picture looks right without its orientation and profile.
/// Checked on the way: that the file is whole as its segments or chunks say, PNG checksums too; not
/// whether the compressed pixels are sound.
/// Errors: Truncated and Corrupt for what is not whole; Unsupported for other formats, and for what
/// a decoder may read but no encoder writes, such as stray bytes between segments; those of the
/// sink. After an error, a part may have been written.
Result<void> copy_picture(std::span<const std::byte> file, CopiedParts parts, ByteSink& sink);

}  // namespace albumen
