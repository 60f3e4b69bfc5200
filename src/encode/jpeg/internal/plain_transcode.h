// SPDX-License-Identifier: Apache-2.0
// The way of nearly every photograph that is transcoded: a whole baseline JPEG of one scan, grey or
// YCbCr, to the standard's codes. libjpeg reads its head and makes the tables; the scan is
// rewritten here (scan_rewriter.h), 1.3 times as fast and byte for byte as libjpeg would. Anything
// else, and anything that looks odd, is left to libjpeg, which also says what is wrong with it.
// Tested by ../transcode_test.cpp.
#pragma once

#include <cstddef>
#include <span>

#include "core/result.h"
#include "encode/byte_sink.h"
#include "encode/jpeg/internal/libjpeg.h"

namespace albumen {

/// Room for the tables of a picture and the head of its output. A line of MCUs and the scan that is
/// written take theirs out of that for all coefficients, which libjpeg needs otherwise: of a
/// picture of one line there may be too little, and libjpeg does it.
std::size_t plain_transcode_bytes();

/// Whether the head says so. `from` has read it and no more.
bool is_plain_jpeg(const jpeg_decompress_struct& from);

/// `from` has read the head of `file` and no more, and it is plain; `to` has the tables and
/// parameters of the output. `memory` begins at a multiple of 64 and is what may be used. True when
/// the whole output went to `sink`; false: nothing did, and libjpeg is to do it. Errors: the
/// sink's.
Result<bool> transcode_plain_jpeg(const jpeg_decompress_struct& from,
                                  const jpeg_compress_struct& to, std::span<const std::byte> file,
                                  std::span<std::byte> memory, ByteSink& sink);

}  // namespace albumen
