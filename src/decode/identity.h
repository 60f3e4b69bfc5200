// SPDX-License-Identifier: Apache-2.0
// Which picture is this? A digest that survives what other programs write beside the pixels, and
// one of the whole file. Tested by identity_test.cpp.
#pragma once

#include "core/geometry.h"
#include "core/result.h"
#include "core/stop.h"
#include "files/sha256.h"
#include "govern/images.h"

namespace albumen {

struct PictureIdentity {
  Sha256Digest file;     ///< of all bytes
  Sha256Digest picture;  ///< of payload, orientation and colour profile; see identify

  friend bool operator==(const PictureIdentity&, const PictureIdentity&) = default;
};

/// `picture` is SHA-256 over: the payload, the orientation (one byte, 1..8), SHA-256 of the
/// embedded colour profile (of nothing when there is none). Payload:
///   JPEG: start to end marker without APPn and COM segments, but with Adobe's APP14;
///   PNG:  signature and chunks without tEXt, zTXt, iTXt, tIME, eXIf and iCCP;
///   WebP: all chunks but VP8X, EXIF, XMP and ICCP.
/// Where the file cannot be walked to its end or has some thousand segments or chunks to leave out,
/// and for all other formats, `picture` is `file`. Error: Cancelled, soon after `stop`.
Result<PictureIdentity> identify(const EncodedImage& image, Orientation orientation,
                                 const StopToken& stop = {});

}  // namespace albumen
