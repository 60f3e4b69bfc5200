// SPDX-License-Identifier: Apache-2.0
// JPEG encoding to a sink: from pixels, and from another JPEG of the same size without ever making
// pixels. Baseline files without metadata. Tested by jpeg/jpeg_test.cpp and
// jpeg/transcode_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "encode/byte_sink.h"
#include "govern/budget.h"

namespace albumen {

enum class JpegSampling : std::uint8_t {
  k420,  ///< chroma at half the width and height
  k444,  ///< chroma at full size
};

/// Whose Huffman tables to write.
enum class JpegCodes : std::uint8_t {
  kStandard,  ///< those of the standard's annex K: one pass
  kOptimised  ///< made for this picture: some percent smaller, and its coefficients are held
};

struct JpegOptions {
  /// libjpeg's scale, 1 (worst) to 100.
  int quality = 85;
  JpegSampling sampling = JpegSampling::k420;
  JpegCodes codes = JpegCodes::kStandard;
};

/// Memory that encoding takes out of its job: rows of one line of blocks; with kOptimised also all
/// coefficients.
Bytes jpeg_encode_bytes(Size size, int channels, const JpegOptions& options);

/// A whole file of grey (1 channel) or RGB (3), as JFIF. What it took from `job` is back on return,
/// on success.
/// Errors: InvalidArgument for an empty picture, other channel counts or a quality outside 1..100;
/// TooLarge where a side exceeds 65,500 (libjpeg's limit); those of ByteBuffer::allocate and of the
/// sink.
Result<void> encode_jpeg(ImageView pixels, const JpegOptions& options, ByteSink& sink,
                         Reservation& job);

struct JpegTranscodeOptions {
  /// As JpegOptions::quality: the tables that the coefficients are rounded to, each entry but no
  /// finer than the source's own. A source that is coarser throughout keeps every coefficient.
  int quality = 85;
  JpegCodes codes = JpegCodes::kStandard;
};

/// Memory that transcode_jpeg takes out of its job for this file, from its header: 128 bytes for
/// each block of 8 x 8 samples, and libjpeg's tables. Needs no memory but the heap's for one
/// header. Errors: Unsupported for what is no JPEG that libjpeg can read or cannot stay what it is;
/// Truncated, Corrupt, TooLarge as the header says.
Result<Bytes> jpeg_transcode_bytes(std::span<const std::byte> file);

/// Rewrites `file`, baseline or progressive, as a baseline JPEG of the same pixels' size, sampling
/// and colour space at a lower quality, from its coefficients: faster than decoding and encoding,
/// and closer to the source. Everything beside the pixels is dropped: comments, EXIF - and with it
/// the orientation, which the caller must have found to be upright -, colour profiles.
/// What it took from `job` is back on return, also after an error, so that the caller can decode.
/// Errors: those of jpeg_transcode_bytes; Truncated and Corrupt for any damage, also such as
/// decoders conceal; InvalidArgument for a quality outside 1..100; those of ByteBuffer::allocate
/// and of the sink, to which a part may have been written by then.
Result<void> transcode_jpeg(std::span<const std::byte> file, const JpegTranscodeOptions& options,
                            ByteSink& sink, Reservation& job);

}  // namespace albumen
