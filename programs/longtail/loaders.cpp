// SPDX-License-Identifier: Apache-2.0
#include "loaders.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>
// clang-format off: the second needs the first.
#include <vips/vips.h>
#include <vips/vector.h>
// clang-format on

#include "plain_headers.h"
#include "raw.h"
#include "rows.h"
#include "tiny_pictures.h"

namespace albumen {
namespace {

// The loader is named, never guessed: which library sees a file is decided by albumen.
Image load(LongtailFormat format, std::span<const std::byte> file) {
  vips_error_clear();  // of loads that libvips tried and gave up without failing
  void* const data = const_cast<std::byte*>(file.data());  // NOLINT: libvips only reads
  const std::size_t size = file.size();
  const auto load_with = [&](auto loader) {
    return made_by([&](VipsImage** out) {
      return loader(data, size, out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                    VIPS_FAIL_ON_ERROR, nullptr);
    });
  };
  switch (format) {
    case LongtailFormat::kTiff:
      return load_with(vips_tiffload_buffer);
    case LongtailFormat::kGif:
      return load_with(vips_gifload_buffer);
    case LongtailFormat::kHeif:
    case LongtailFormat::kAvif:
      return load_with(vips_heifload_buffer);
    case LongtailFormat::kJpegXl:
      return load_with(vips_jxlload_buffer);
    case LongtailFormat::kJpeg2000:
      return load_with(vips_jp2kload_buffer);
    case LongtailFormat::kBmp:
    case LongtailFormat::kPsd:
      return load_with(vips_magickload_buffer);
    case LongtailFormat::kRaw:
      return develop(file);
    case LongtailFormat::kNetpbm: {
      const Source source{vips_source_new_from_memory(data, size)};
      return made_by([&](VipsImage** out) {
        return vips_ppmload_source(source.get(), out, "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                                   VIPS_FAIL_ON_ERROR, nullptr);
      });
    }
  }
  throw LoadFailure{LongtailStatus::kRefused, "no such format"};
}

// The libraries of the others turn pixels themselves, or the format cannot say.
int orientation_of(LongtailFormat format, VipsImage* image) {
  return format == LongtailFormat::kTiff ? std::clamp(vips_image_get_orientation(image), 1, 8) : 1;
}

int bits_of(VipsImage* image) {
  int bits = 0;
  constexpr const char* kBits = "bits-per-sample";  // libvips 8.15 gives it a name
  if (vips_image_get_typeof(image, kBits) != 0 && vips_image_get_int(image, kBits, &bits) == 0 &&
      bits > 0) {
    return bits;
  }
  constexpr int kBitsOfByte = 8;
  return static_cast<int>(vips_format_sizeof(vips_image_get_format(image))) * kBitsOfByte;
}

/// ImageMagick decodes the picture to tell its size, so for its formats the header is read here.
bool is_magick(LongtailFormat format) {
  return format == LongtailFormat::kBmp || format == LongtailFormat::kPsd;
}

// What libvips counts as pages: of JPEG 2000 they are the picture itself, smaller.
bool has_more_frames(LongtailFormat format, VipsImage* image) {
  switch (format) {
    case LongtailFormat::kTiff:
    case LongtailFormat::kGif:
    case LongtailFormat::kHeif:
    case LongtailFormat::kAvif:
    case LongtailFormat::kJpegXl:
      return vips_image_get_n_pages(image) > 1;
    case LongtailFormat::kBmp:
    case LongtailFormat::kJpeg2000:
    case LongtailFormat::kPsd:
    case LongtailFormat::kNetpbm:
    case LongtailFormat::kRaw:
      break;
  }
  return false;
}

LongtailAnswer header_of(LongtailFormat format, VipsImage* image) {
  LongtailAnswer answer;
  answer.status = LongtailStatus::kDone;
  answer.width = static_cast<std::uint32_t>(vips_image_get_width(image));
  answer.height = static_cast<std::uint32_t>(vips_image_get_height(image));
  answer.bands = static_cast<std::uint8_t>(bands_of(image).wanted());
  answer.bits = static_cast<std::uint8_t>(bits_of(image));
  answer.orientation = static_cast<std::uint8_t>(orientation_of(format, image));
  answer.has_more_frames = has_more_frames(format, image);
  answer.profile_bytes = profile_bytes_of(image);
  return answer;
}

// Every loader but those asked for: a file inside a file must not reach another one.
void block_other_loaders() {
  vips_operation_block_set("VipsForeignLoad", TRUE);
  for (const char* const loader :
       {"VipsForeignLoadTiff", "VipsForeignLoadNsgif", "VipsForeignLoadHeif", "VipsForeignLoadJxl",
        "VipsForeignLoadJp2k", "VipsForeignLoadMagick", "VipsForeignLoadPpm"}) {
    vips_operation_block_set(loader, FALSE);
  }
}

}  // namespace

bool start_loaders(const char* program) {
  if (vips_init(program) != 0) {
    return false;
  }
  vips_concurrency_set(1);
  vips_cache_set_max(0);
  vips_vector_set_enabled(FALSE);  // its code is made at run time, which the sandbox forbids
  block_other_loaders();
  return true;
}

LongtailAnswer read_header(LongtailFormat format, std::span<const std::byte> file) {
  if (format == LongtailFormat::kBmp) {
    return read_bmp_header(file);
  }
  if (format == LongtailFormat::kPsd) {
    return read_psd_header(file);
  }
  if (format == LongtailFormat::kRaw) {
    return read_raw_header(file);
  }
  const Image image = load(format, file);
  return header_of(format, image.get());
}

LongtailAnswer decode_rows(const LongtailRequest& request, std::span<const std::byte> file,
                           std::span<std::uint8_t> out) {
  Image image = load(request.format, file);
  const LongtailAnswer header = header_of(request.format, image.get());
  if (header.width != request.width || header.height != request.height ||
      (header.bands != request.bands && !is_magick(request.format))) {
    throw LoadFailure{LongtailStatus::kRefused, "not the picture that was probed"};
  }
  const Bands bands = bands_of(image.get());
  write_rows(std::move(image), bands, request, out);
  LongtailAnswer done = header;
  done.bands = static_cast<std::uint8_t>(request.bands);
  return done;
}

std::uint32_t warm_up_loaders() {
  std::uint32_t formats = 0;
  for (const TinyPicture& tiny : tiny_pictures()) {
    try {
      const LongtailAnswer header = read_header(tiny.format, tiny.bytes);
      LongtailRequest request;
      request.kind = LongtailRequestKind::kDecode;
      request.format = tiny.format;
      request.width = header.width;
      request.height = header.height;
      request.bands = header.bands;
      request.shrink = 2;
      request.stride_bytes = std::uint64_t{header.width} * header.bands;
      std::vector<std::uint8_t> out(request.stride_bytes * header.height);
      decode_rows(request, tiny.bytes, out);
      formats |= bit_of(tiny.format);
    } catch (const LoadFailure&) {
      continue;  // this libvips does not read it
    }
  }
  return formats;
}

}  // namespace albumen
