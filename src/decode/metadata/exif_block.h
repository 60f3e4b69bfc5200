// SPDX-License-Identifier: Apache-2.0
// Where a file keeps its EXIF block. Tested by metadata_test.cpp.
#pragma once

#include "core/content_type.h"
#include "decode/internal/byte_reader.h"

namespace albumen {

/// The TIFF block of JPEG's APP1, PNG's eXIf, WebP's EXIF, a RAW's embedded JPEG, an item of HEIF
/// and AVIF, JPEG XL's box; empty where there is none or it exceeds kMaxExifBytes. Points into
/// `bytes`.
ByteSpan find_exif_block(ContentType type, ByteSpan bytes);

}  // namespace albumen
