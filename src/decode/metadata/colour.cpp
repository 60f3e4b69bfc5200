// SPDX-License-Identifier: Apache-2.0
#include "decode/colour.h"

#include "core/content_type.h"
#include "decode/internal/byte_reader.h"
#include "decode/metadata/icc_profile.h"
#include "decode/raw/raw_file.h"

namespace albumen {

ColourSource read_colour(const EncodedImage& image) {
  const ByteSpan bytes = image.bytes.bytes();
  switch (content_type_of(image)) {
    case ContentType::kJpeg:
      return jpeg_colour(bytes);
    case ContentType::kPng:
      return png_colour(bytes);
    case ContentType::kWebp:
      return webp_colour(bytes);
    case ContentType::kRaw: {
      const auto jpeg = find_embedded_jpeg(bytes);
      return jpeg ? jpeg_colour(jpeg->bytes) : ColourSource{};
    }
    default:
      return {};
  }
}

ColourModel colour_model_of(const ImageInfo& info) {
  if (info.type == ContentType::kJpeg &&
      (info.jpeg.color == JpegColor::kCmyk || info.jpeg.color == JpegColor::kYcck)) {
    return ColourModel::kCmyk;
  }
  const int colours = info.channels - (info.has_alpha ? 1 : 0);
  return colours == 1 ? ColourModel::kGray : ColourModel::kRgb;
}

}  // namespace albumen
