// SPDX-License-Identifier: Apache-2.0
// Whether a TIFF has more than the page that is decoded. Tested by tiff_pages_test.cpp.
#pragma once

#include "decode/internal/byte_reader.h"

namespace albumen {

/// False where each directory behind the first one holds the same page smaller, or a mask, as far
/// as the chain can be followed: it ends where the place of the next directory cannot be read,
/// where it comes back to the first, and behind the 64th. A directory that cannot be read counts as
/// a page. Of a BigTIFF, which is not followed, and of what is no TIFF always true.
bool may_have_more_pages(ByteSpan file);

}  // namespace albumen
