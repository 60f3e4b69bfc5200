// SPDX-License-Identifier: Apache-2.0
// Where a file keeps its EXIF block and its colour profile.
#pragma once

#include "core/content_type.h"
#include "decode/internal/byte_reader.h"

namespace albumen {

/// The TIFF block of JPEG's APP1, PNG's eXIf, WebP's EXIF; empty where there is none or it exceeds
/// kMaxExifBytes. Points into `bytes`.
ByteSpan find_exif_block(ContentType type, ByteSpan bytes);

}  // namespace albumen
