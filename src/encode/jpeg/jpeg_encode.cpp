// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <utility>

#include "core/error.h"
#include "encode/jpeg.h"
#include "encode/jpeg/internal/jpeg_guard.h"
#include "encode/jpeg/internal/jpeg_room.h"
#include "govern/byte_buffer.h"

namespace albumen {
namespace {

// Objects, tables of colours, quantisation and codes: 43 KiB in libjpeg-turbo 2.1.5.
constexpr std::uint64_t kTableBytes = 64 * kKiB.count();
constexpr std::uint32_t kBlockSide = 8;

struct ComponentShape {
  std::uint64_t across = 1;  ///< sampling factors
  std::uint64_t down = 1;
  std::uint64_t blocks_wide = 0;
  std::uint64_t blocks_high = 0;
};

// libjpeg's row buffers of one component: full-size lines before downsampling, then one line of
// blocks, each to whole blocks.
std::uint64_t component_room(const ComponentShape& shape, std::uint64_t most, JpegCodes codes) {
  const std::uint64_t line = shape.blocks_wide * kBlockSide;
  const std::uint64_t full_size = room_for_rows(line * most / shape.across, most);
  const std::uint64_t of_blocks = room_for_rows(line, shape.down * kBlockSide);
  const std::uint64_t coefficients =
      codes == JpegCodes::kOptimised ? room_for_blocks(round_up(shape.blocks_wide, shape.across),
                                                       round_up(shape.blocks_high, shape.down))
                                     : 0;
  return full_size + of_blocks + coefficients;
}

std::uint64_t room_bytes(Size size, int channels, const JpegOptions& options) {
  const bool halved = channels == 3 && options.sampling == JpegSampling::k420;
  const std::uint64_t most = halved ? 2 : 1;
  std::uint64_t sum = kTableBytes;
  for (int channel = 0; channel < channels; ++channel) {
    ComponentShape shape;
    shape.across = shape.down = channel == 0 ? most : 1;
    shape.blocks_wide = divide_up(size.width * shape.across, kBlockSide * most);
    shape.blocks_high = divide_up(size.height * shape.down, kBlockSide * most);
    sum += component_room(shape, most, options.codes);
  }
  return sum;
}

Result<void> check_arguments(ImageView pixels, const JpegOptions& options) {
  if (pixels.empty() || (pixels.channels() != 1 && pixels.channels() != 3)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("JPEG: cannot encode {}x{} pixels of {} channels", pixels.width(),
                            pixels.height(), pixels.channels()));
  }
  if (options.quality < 1 || options.quality > 100) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("JPEG: quality {} is not in 1..100", options.quality));
  }
  if (pixels.size().longest_side() > JPEG_MAX_DIMENSION) {
    return fail(
        ErrorCode::kTooLarge,
        fmt::format("JPEG: sides of more than {} pixels are not written", JPEG_MAX_DIMENSION));
  }
  return {};
}

void describe(jpeg_compress_struct& jpeg, ImageView pixels, const JpegOptions& options) {
  jpeg.image_width = pixels.width();
  jpeg.image_height = pixels.height();
  jpeg.input_components = pixels.channels();
  jpeg.in_color_space = pixels.channels() == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, options.quality, TRUE);
  jpeg.optimize_coding = options.codes == JpegCodes::kOptimised ? TRUE : FALSE;
  const int luma_factor = options.sampling == JpegSampling::k420 && pixels.channels() == 3 ? 2 : 1;
  jpeg.comp_info[0].h_samp_factor = luma_factor;
  jpeg.comp_info[0].v_samp_factor = luma_factor;
}

void write_rows(jpeg_compress_struct& jpeg, ImageView pixels) {
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(pixels.row(jpeg.next_scanline).data());  // NOLINT: only read
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
}

}  // namespace

Bytes jpeg_encode_bytes(Size size, int channels, const JpegOptions& options) {
  return Bytes{JpegOutput::kBufferBytes + room_bytes(size, channels, options)};
}

Result<void> encode_jpeg(ImageView pixels, const JpegOptions& options, ByteSink& sink,
                         Reservation& job) {
  TRY(check_arguments(pixels, options));
  const Bytes need = jpeg_encode_bytes(pixels.size(), pixels.channels(), options);
  ByteBuffer buffer = TRY(ByteBuffer::allocate(job, MemoryTag::kEncoded, need.count()));
  {
    JpegRoom room{buffer.bytes().subspan(JpegOutput::kBufferBytes)};
    JpegGuard guard{room};
    JpegOutput output{sink, buffer.bytes().data()};
    JpegWriter writer{guard};
    const bool whole = guard.run([&writer, &output, pixels, &options] {
      writer.create();
      jpeg_compress_struct& jpeg = writer.jpeg();
      output.connect(jpeg);
      describe(jpeg, pixels, options);
      jpeg_start_compress(&jpeg, TRUE);
      write_rows(jpeg, pixels);
      jpeg_finish_compress(&jpeg);
    });
    if (!whole) {
      return std::unexpected(guard.error());
    }
  }
  buffer.release_to(job);
  return {};
}

}  // namespace albumen
