// SPDX-License-Identifier: Apache-2.0
#include "raw.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <libraw/libraw.h>
#include <memory>

namespace albumen {
namespace {

[[noreturn]] void throw_libraw_failure(int code) {
  switch (code) {
    case LIBRAW_UNSUFFICIENT_MEMORY:
      throw LoadFailure{LongtailStatus::kNoMemory, "LibRaw finds no memory"};
    case LIBRAW_FILE_UNSUPPORTED:
    case LIBRAW_REQUEST_FOR_NONEXISTENT_IMAGE:
      throw LoadFailure{LongtailStatus::kUnsupported, LibRaw::strerror(code)};
    default:
      throw LoadFailure{LongtailStatus::kUnreadable, LibRaw::strerror(code)};
  }
}

void check(int code) {
  if (code != LIBRAW_SUCCESS) {
    throw_libraw_failure(code);
  }
}

// EXIF's orientation of LibRaw's `flip`, whose bits are: 1 mirrored left to right, 2 top to bottom,
// 4 rows and columns exchanged.
std::uint8_t orientation_of(int flip) {
  constexpr std::array<std::uint8_t, 8> kOrientations{1, 2, 4, 3, 5, 8, 6, 7};
  return flip >= 0 && flip < 8 ? kOrientations.at(static_cast<std::size_t>(flip)) : 1;
}

/// LibRaw's own counts a value that is there in part as a whole one, so that a file without its
/// last byte developed into other colours in its last corner.
class ExactStream final : public LibRaw_buffer_datastream {
 public:
  explicit ExactStream(std::span<const std::byte> file)
      : LibRaw_buffer_datastream(const_cast<std::byte*>(file.data()),  // NOLINT: it only reads
                                 file.size()) {}

  int read(void* to, std::size_t size, std::size_t count) override {
    if (size == 0) {
      return 0;
    }
    const auto left = static_cast<std::size_t>(std::max<INT64>(this->size() - tell(), 0));
    const int touched = LibRaw_buffer_datastream::read(to, size, count);
    return static_cast<int>(std::min(static_cast<std::size_t>(touched), left / size));
  }
};

/// A RAW that was opened. Owned by pointer: it is far too large for a stack.
struct OpenRaw {
  explicit OpenRaw(std::span<const std::byte> file)
      : stream(file), raw(LIBRAW_OPIONS_NO_DATAERR_CALLBACK) {}

  ExactStream stream;  // outlives `raw`, which reads it
  LibRaw raw;
};

std::unique_ptr<OpenRaw> opened(std::span<const std::byte> file) {
  auto open = std::make_unique<OpenRaw>(file);
  libraw_output_params_t& asked = open->raw.imgdata.params;
  asked.use_camera_wb = 1;
  asked.no_auto_bright = 1;
  asked.output_color = 1;  // sRGB, with its curve: IEC 61966-2-1
  asked.gamm[0] = 1 / 2.4;
  asked.gamm[1] = 12.92;
  asked.output_bps = 8;
  asked.user_flip = 0;  // pixels as stored; albumen turns them
  check(open->raw.open_datastream(&open->stream));
  return open;
}

struct FreeMemory {
  void operator()(libraw_processed_image_t* image) const { LibRaw::dcraw_clear_mem(image); }
};

}  // namespace

LongtailAnswer read_raw_header(std::span<const std::byte> file) {
  constexpr std::uint8_t kBits = 8;  // of what is developed, as of an embedded JPEG
  const auto open = opened(file);
  LibRaw* const raw = &open->raw;
  LongtailAnswer answer;
  answer.orientation = orientation_of(raw->imgdata.sizes.flip);
  check(raw->adjust_sizes_info_only());
  answer.status = LongtailStatus::kDone;
  answer.width = raw->imgdata.sizes.iwidth;
  answer.height = raw->imgdata.sizes.iheight;
  answer.bands = 3;
  answer.bits = kBits;
  return answer;
}

Image develop(std::span<const std::byte> file) {
  const auto open = opened(file);
  LibRaw* const raw = &open->raw;
  check(raw->unpack());
  check(raw->dcraw_process());
  int code = LIBRAW_SUCCESS;
  const std::unique_ptr<libraw_processed_image_t, FreeMemory> image{
      raw->dcraw_make_mem_image(&code)};
  check(code);
  if (image == nullptr || image->type != LIBRAW_IMAGE_BITMAP || image->colors != 3 ||
      image->bits != 8) {
    throw LoadFailure{LongtailStatus::kUnsupported, "LibRaw makes no RGB of it"};
  }
  raw->recycle();  // its own copy is four times as large
  const Image plain{vips_image_new_from_memory_copy(image->data, image->data_size, image->width,
                                                    image->height, 3, VIPS_FORMAT_UCHAR)};
  if (plain == nullptr) {
    throw_vips_failure();
  }
  return made_by([&](VipsImage** out) {
    return vips_copy(plain.get(), out, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr);
  });
}

}  // namespace albumen
