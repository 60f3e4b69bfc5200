// SPDX-License-Identifier: Apache-2.0
// Which bytes of a JPEG reach libjpeg. A progressive scan that refines AC coefficients of a
// component whose blocks come out as one sample each changes nothing: that sample is the DC
// coefficient alone. Such scans are left out as if they were not in the file, exactly and cheaply.
// (Scans of components with larger blocks all stay: even a 2x2 block uses coefficients of every
// band.) Tested by jpeg_progressive_test.cpp.
#pragma once

#include <vector>

#include "core/result.h"
#include "decode/decoder.h"
#include "decode/jpeg/jpeg_geometry.h"

namespace albumen {

struct JpegScans {
  /// Parts of the file, in order, that libjpeg is to see. Point into the encoded bytes.
  std::vector<std::span<const std::byte>> kept;
  /// The file's end marker is there. Without it, later scans may be missing.
  bool has_end = false;
};

/// All of a baseline file; of a multi-scan one, what `geometry` needs.
/// Errors: Corrupt for broken segments, TooLarge beyond kMaxJpegScans.
Result<JpegScans> select_scans(std::span<const std::byte> bytes, const ImageInfo& info,
                               const JpegGeometry& geometry);

}  // namespace albumen
