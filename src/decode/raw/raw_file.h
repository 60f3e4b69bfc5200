// SPDX-License-Identifier: Apache-2.0
// RAW files of cameras. Their sensor's values are not developed: a RAW is shown by the largest JPEG
// that the camera embedded in it, as cameras and file managers show it. Sources: TIFF 6.0, DNG 1.6,
// and for what makers keep to themselves the documentation of ExifTool's tags. Input is hostile:
// fuzzed by fuzz/raw_fuzzer.cpp. Tested by raw_test.cpp.
#pragma once

#include <cstddef>

#include "core/content_type.h"
#include "core/result.h"
#include "decode/decoder.h"
#include "decode/internal/byte_reader.h"
#include "decode/metadata.h"

namespace albumen {

/// As `sniff`, but a TIFF is a RAW where it names a camera's make and says that it is a DNG or has
/// a directory of what a sensor saw (raw_file.cpp). Other TIFFs, a photograph's with its EXIF too,
/// stay TIFFs. The beginning of a file will do where its directories lie there.
ContentType raw_or_sniffed(ByteSpan file);

struct EmbeddedJpeg {
  std::size_t offset = 0;  ///< in the file
  ByteSpan bytes;          ///< of the file
  ImageInfo info;          ///< of the JPEG alone
};

/// The JPEG with the most pixels among those that the file's directories, its maker's notes or
/// its header name, that lie in it, and that decode/jpeg/ decodes. At most 32 directories are
/// looked at, each once, and the first 256 KiB of each JPEG. Errors: Truncated where none is whole
/// but one reaches beyond the end; Unsupported where there is none, and for CR3.
Result<EmbeddedJpeg> find_embedded_jpeg(ByteSpan file);

/// What the camera wrote: out of the file's own directories, or its JPEG's EXIF where it has none
/// (RAF). The orientation is that of the JPEG's EXIF where it states one, else the file's.
Metadata raw_metadata(ByteSpan file);

}  // namespace albumen
