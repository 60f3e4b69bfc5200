// SPDX-License-Identifier: Apache-2.0
#include "encode/picture_copy.h"

#include <algorithm>

#include "core/content_type.h"
#include "encode/copy/copy_formats.h"

namespace albumen {
namespace {

Result<void> copy_shown(FileBytes file, ByteSink& sink) {
  switch (sniff(file.first(std::min(file.size(), kSniffBytes)))) {
    case ContentType::kJpeg:
      return copy_jpeg_picture(file, sink);
    case ContentType::kPng:
      return copy_png_picture(file, sink);
    case ContentType::kWebp:
      return copy_webp_picture(file, sink);
    default:
      return fail(ErrorCode::kUnsupported, "no JPEG, PNG or WebP");
  }
}

// For the checks on the way.
class NoSink final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> /*bytes*/) override { return {}; }
};

}  // namespace

Result<void> copy_picture(std::span<const std::byte> file, CopiedParts parts, ByteSink& sink) {
  if (parts == CopiedParts::kPicture) {
    return copy_shown(file, sink);
  }
  NoSink nowhere;
  TRY(copy_shown(file, nowhere));
  return sink.write(file);
}

}  // namespace albumen
