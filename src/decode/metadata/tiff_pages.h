// SPDX-License-Identifier: Apache-2.0
// Whether a TIFF has more than the page that is decoded. Tested by tiff_pages_test.cpp.
#pragma once

#include "decode/internal/byte_reader.h"

namespace albumen {

/// False where each directory behind the first one holds the same page smaller, or a mask. Of a
/// BigTIFF, which is not followed, always true. Reads at most 64 directories.
bool may_have_more_pages(ByteSpan file);

}  // namespace albumen
