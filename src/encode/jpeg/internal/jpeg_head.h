// SPDX-License-Identifier: Apache-2.0
// Everything of a JPEG before its first scan's data, byte for byte as libjpeg writes it. Tested by
// ../transcode_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "encode/jpeg/internal/libjpeg.h"

namespace albumen {

/// JFIF, four tables of steps, a frame of four components, four codes, a scan.
inline constexpr std::size_t kMostJpegHeadBytes = 2048;

/// Whether write_jpeg_head can write it: a baseline JFIF of one scan.
bool has_plain_head(const jpeg_compress_struct& jpeg);

/// Writes to `out` what the parameters and tables of `jpeg` say; returns its bytes, at most
/// kMostJpegHeadBytes. REQUIRES: has_plain_head.
std::size_t write_jpeg_head(const jpeg_compress_struct& jpeg, std::uint8_t* out);

}  // namespace albumen
