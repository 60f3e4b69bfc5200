// SPDX-License-Identifier: Apache-2.0
// WebP by libwebp, scaled while it is decoded, straight into the output. RGB, never its own YUV:
// that is limited-range BT.601, not JFIF's. Nothing ends libwebp from outside while it works, so it
// gets large pictures piece by piece.
#include <algorithm>
#include <cstring>
#include <fmt/core.h>
#include <memory>
#include <utility>
#include <webp/decode.h>

#include "decode/internal/format.h"
#include "decode/internal/metered_heap.h"
#include "decode/webp/webp_frame.h"
#include "decode/webp/webp_plan.h"

// libwebp has no allocator hooks, but its shared library takes all memory through these exported
// functions, and the program's own definitions come before the library's. So the meter sees and
// caps libwebp too (webp_test.cpp checks that it does). Where the loader binds otherwise, libwebp
// uses its own and only the prediction stands.
// NOLINTBEGIN(readability-identifier-naming): libwebp's names
extern "C" {
void* WebPSafeMalloc(std::uint64_t count, std::size_t size);
void* WebPSafeCalloc(std::uint64_t count, std::size_t size);
void WebPSafeFree(void* memory);

void* WebPSafeMalloc(std::uint64_t count, std::size_t size) {
  std::size_t total = 0;
  if (__builtin_mul_overflow(count, size, &total)) {
    return nullptr;
  }
  return albumen::metered_malloc(total);
}

void* WebPSafeCalloc(std::uint64_t count, std::size_t size) {
  return albumen::metered_calloc(count, size);
}

void WebPSafeFree(void* memory) { albumen::metered_free(memory); }
}

// NOLINTEND(readability-identifier-naming)

namespace albumen {
namespace {

Error webp_error(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return {.code = ErrorCode::kBudgetExceeded,
              .message = "the WebP needs more memory than its header promises"};
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return {.code = ErrorCode::kTruncated, .message = "the WebP ends before its last pixel"};
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return {.code = ErrorCode::kUnsupported, .message = "the WebP uses an unknown feature"};
    default:
      return {.code = ErrorCode::kCorrupt,
              .message =
                  fmt::format("the WebP is broken (libwebp status {})", static_cast<int>(status))};
  }
}

struct IncrementalDeleter {
  void operator()(WebPIDecoder* decoder) const { WebPIDelete(decoder); }
};

/// Where libwebp writes: the whole output, or the frame's place on it.
void set_output(WebPDecoderConfig& config, const DecodeRequest& request, ByteBuffer& buffer) {
  const ImageInfo& info = request.info;
  const std::size_t stride = webp_stride(info, request.plan.decoded_size);
  const std::size_t pixel_bytes = info.has_alpha ? 4 : 3;
  std::size_t offset = 0;
  if (!frame_fills_canvas(info)) {
    offset = info.webp.frame_y * stride + info.webp.frame_x * pixel_bytes;
  }
  config.output.colorspace = info.has_alpha ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = buffer.data() + offset;
  config.output.u.RGBA.stride = static_cast<int>(stride);
  config.output.u.RGBA.size = buffer.size() - offset;
  if (request.plan.decoded_size != info.stored_size) {
    config.options.use_scaling = 1;
    config.options.scaled_width = static_cast<int>(request.plan.decoded_size.width);
    config.options.scaled_height = static_cast<int>(request.plan.decoded_size.height);
  }
}

// A tenth of a second of work, even on a slow machine.
constexpr PixelCount kPixelsPerPiece{std::uint64_t{1} << 20};

/// What came of a decode piece by piece.
struct Fed {
  VP8StatusCode status = VP8_STATUS_OUT_OF_MEMORY;
  float complete = 0;  ///< share of the rows that were written
};

// As much as there is, or until the watch ends it. Pieces of equal bytes are nearly ones of equal
// pixels; a few KiB are pointless to divide, however many they hold. Small pictures, too, go this
// way, in one piece: libwebp's call for whole files refuses pixels behind which another chunk is
// cut.
Fed decode_in_pieces(const DecodeRequest& request, const WebpFrame& frame,
                     WebPDecoderConfig& config) {
  constexpr std::size_t kLeastBytes = 4096;
  const ByteSpan bytes = frame.bytes;
  const std::uint64_t pieces =
      request.info.webp.frame_size.pixels().count() / kPixelsPerPiece.count() + 1;
  const std::size_t step =
      std::max<std::size_t>((bytes.size() - frame.pixels_at) / pieces, kLeastBytes);
  const std::unique_ptr<WebPIDecoder, IncrementalDeleter> decoder{WebPIDecode(nullptr, 0, &config)};
  if (!decoder) {
    return {};
  }
  Fed fed{.status = VP8_STATUS_SUSPENDED};
  std::size_t given = frame.pixels_at;  // a profile or an alpha plane lies there
  while (fed.status == VP8_STATUS_SUSPENDED && given < bytes.size() && request.watch.may_go_on()) {
    given += std::min(step, bytes.size() - given);
    fed.status =
        WebPIUpdate(decoder.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), given);
  }
  int last_row = 0;
  int height = 0;
  if (WebPIDecGetRGB(decoder.get(), &last_row, nullptr, &height, nullptr) != nullptr &&
      height > 0) {
    fed.complete = static_cast<float>(last_row) / static_cast<float>(height);
  }
  return fed;
}

Result<float> decode_frame(const DecodeRequest& request, const WebpFrame& frame,
                           WebPDecoderConfig& config) {
  constexpr float kAlmostComplete = 0.999F;
  const bool may_keep = request.options.keep_truncated_percent < 100.0F;
  if (frame.truncated && !may_keep) {
    return std::unexpected(webp_error(VP8_STATUS_NOT_ENOUGH_DATA));
  }
  const Fed fed = decode_in_pieces(request, frame, config);
  if (fed.status == VP8_STATUS_OK && !frame.truncated) {
    return 1.0F;
  }
  TRY(request.watch.check());
  const float complete = std::min(fed.complete, kAlmostComplete);
  if (may_keep && fed.status != VP8_STATUS_OUT_OF_MEMORY && keeps(request.options, complete)) {
    return complete;
  }
  return std::unexpected(webp_error(frame.truncated ? VP8_STATUS_NOT_ENOUGH_DATA : fed.status));
}

}  // namespace

Result<DecodedImage> decode_webp(const DecodeRequest& request, Reservation& job) {
  const Size decoded = request.plan.decoded_size;
  const WebpFrame frame = TRY(find_first_frame(request.bytes));
  const Bytes codec_bytes = webp_codec_bytes(request.info, decoded);
  ByteBuffer output =
      TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, request.plan.output_bytes.count()));
  Reservation codec = TRY(job.split(MemoryTag::kPixels, codec_bytes));
  if (request.options.keep_truncated_percent < 100.0F || !frame_fills_canvas(request.info)) {
    std::memset(output.data(), 0, output.size());
  }
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0) {
    return fail(ErrorCode::kInternal, "libwebp has another interface than it was built for");
  }
  set_output(config, request, output);
  Result<float> complete = 0.0F;
  {
    const HeapMeter meter{codec_bytes};
    complete = decode_frame(request, frame, config);
  }
  job.merge(std::move(codec));
  const float share = TRY(std::move(complete));
  DecodedImage image =
      single_plane_image(request, std::move(output), webp_stride(request.info, decoded));
  image.complete = share;
  return image;
}

}  // namespace albumen
