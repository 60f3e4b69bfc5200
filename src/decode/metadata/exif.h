// SPDX-License-Identifier: Apache-2.0
// EXIF out of a TIFF block (EXIF 2.32): a walk over the few tags that albumen uses. Nothing is
// allocated but the result; every offset is checked (tiff_block.h), every directory is read at most
// once and in a fixed order, so loops and huge counts cost nothing. Tested by exif_test.cpp, with
// libexif as the twin.
#pragma once

#include <optional>

#include "decode/internal/byte_reader.h"
#include "decode/metadata.h"
#include "decode/metadata/tiff_block.h"

namespace albumen {

/// `block` begins with the TIFF header ("II*\0" or "MM\0*"); empty: defaults.
Metadata parse_exif(ByteSpan block);

/// The same of a block that is open already.
Metadata metadata_of(const TiffBlock& tiff);

/// The orientation of the main directory; nothing where it has none.
std::optional<Orientation> stated_orientation(const TiffBlock& tiff);

/// The orientation alone; upright where there is none or it cannot be read.
Orientation exif_orientation(ByteSpan block);

}  // namespace albumen
