// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <optional>
#include <utility>
#include <webp/encode.h>

#include "core/check.h"
#include "core/error.h"
#include "encode/webp.h"

namespace albumen {
namespace {

// The method (0 fast to 6 small) and libwebp's level of lossless coding (0 to 9): README.md has the
// sizes and speeds that they were chosen by.
constexpr int kLossyMethod = 2;
constexpr int kLosslessLevel = 1;

// libwebp 1.2.4, measured at these methods; see webp_test.cpp.
constexpr Bytes kFixedBytes = kMiB * 2;
constexpr std::uint64_t kLossyBytesPerPixel = 20;
constexpr std::uint64_t kLossyAlphaBytesPerPixel = 36;
constexpr std::uint64_t kLosslessBytesPerPixel = 40;

struct Picture : WebPPicture {
  Picture() : WebPPicture{} {}

  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  ~Picture() { WebPPictureFree(this); }
};

/// What libwebp's writer callback finds behind custom_ptr.
struct Output {
  ByteSink& sink;
  std::optional<Error> error;

  static int write(const std::uint8_t* data, std::size_t size, const WebPPicture* picture) {
    auto& output = *static_cast<Output*>(picture->custom_ptr);
    auto written = output.sink.write({reinterpret_cast<const std::byte*>(data), size});
    if (!written.has_value()) {
      output.error = std::move(written).error();
      return 0;
    }
    return 1;
  }

  static int go_on(int /*percent*/, const WebPPicture* picture) {
    return write(nullptr, 0, picture);
  }
};

Result<void> check_arguments(ImageView pixels, const WebpOptions& options) {
  if (pixels.empty() || (pixels.channels() != 3 && pixels.channels() != 4)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("WebP: cannot encode {}x{} pixels of {} channels", pixels.width(),
                            pixels.height(), pixels.channels()));
  }
  if (options.quality < 0 || options.quality > 100) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("WebP: quality {} is not in 0..100", options.quality));
  }
  if (pixels.size().longest_side() > WEBP_MAX_DIMENSION) {
    return fail(
        ErrorCode::kTooLarge,
        fmt::format("WebP: sides of more than {} pixels cannot be said", WEBP_MAX_DIMENSION));
  }
  return {};
}

Result<WebPConfig> config_for(const WebpOptions& options) {
  WebPConfig config;
  ALBUMEN_ENSURE(WebPConfigInit(&config) != 0);
  if (options.coding == WebpCoding::kLossless) {
    ALBUMEN_ENSURE(WebPConfigLosslessPreset(&config, kLosslessLevel) != 0);
    config.exact = 1;
  } else {
    config.quality = static_cast<float>(options.quality);
    config.method = kLossyMethod;
  }
  return config;
}

Error error_of(const WebPPicture& picture) {
  switch (picture.error_code) {
    case VP8_ENC_ERROR_OUT_OF_MEMORY:
    case VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY:
      return {.code = ErrorCode::kBudgetExceeded, .message = "WebP: the system has no memory left"};
    case VP8_ENC_ERROR_PARTITION0_OVERFLOW:
    case VP8_ENC_ERROR_PARTITION_OVERFLOW:
    case VP8_ENC_ERROR_FILE_TOO_BIG:
      return {.code = ErrorCode::kTooLarge,
              .message = "WebP: the picture does not fit the format's lengths at this quality"};
    default:
      return {
          .code = ErrorCode::kInternal,
          .message = fmt::format("WebP: libwebp's error {}", static_cast<int>(picture.error_code))};
  }
}

int import(WebPPicture& picture, ImageView pixels) {
  const auto stride = static_cast<int>(pixels.stride_bytes());
  return pixels.channels() == 4 ? WebPPictureImportRGBA(&picture, pixels.data(), stride)
                                : WebPPictureImportRGB(&picture, pixels.data(), stride);
}

}  // namespace

Bytes webp_encode_bytes(Size size, int channels, const WebpOptions& options) {
  std::uint64_t per_pixel = kLosslessBytesPerPixel;
  if (options.coding == WebpCoding::kLossy) {
    per_pixel = channels == 4 ? kLossyAlphaBytesPerPixel : kLossyBytesPerPixel;
  }
  return size.pixels().bytes(per_pixel) + kFixedBytes;
}

Result<void> encode_webp(ImageView pixels, const WebpOptions& options, ByteSink& sink,
                         Reservation& job) {
  TRY(check_arguments(pixels, options));
  const WebPConfig config = TRY(config_for(options));
  Reservation held = TRY(
      job.split(MemoryTag::kEncoded, webp_encode_bytes(pixels.size(), pixels.channels(), options)));
  Picture picture;
  ALBUMEN_ENSURE(WebPPictureInit(&picture) != 0);
  picture.use_argb = options.coding == WebpCoding::kLossless ? 1 : 0;
  picture.width = static_cast<int>(pixels.width());
  picture.height = static_cast<int>(pixels.height());
  Output output{.sink = sink, .error = std::nullopt};
  picture.writer = Output::write;
  picture.progress_hook = Output::go_on;  // nothing is written before everything is encoded
  picture.custom_ptr = &output;
  const bool encoded = import(picture, pixels) != 0 && WebPEncode(&config, &picture) != 0;
  job.merge(std::move(held));
  if (output.error) {
    return std::unexpected(std::move(*output.error));
  }
  if (!encoded) {
    return std::unexpected(error_of(picture));
  }
  return {};
}

}  // namespace albumen
