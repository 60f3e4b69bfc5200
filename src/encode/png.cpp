// SPDX-License-Identifier: Apache-2.0
#include "encode/png.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fmt/core.h>
#include <limits>
#include <memory>
#include <spng.h>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/image_view.h"
#include "core/result.h"

namespace albumen {
namespace {

struct FreeContext {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

using Context = std::unique_ptr<spng_ctx, FreeContext>;

struct FreeBytes {
  void operator()(void* bytes) const { std::free(bytes); }  // NOLINT: allocated by libspng
};

Result<void> check(int status, std::string_view step) {
  if (status == 0) {
    return {};
  }
  const ErrorCode code = status == SPNG_EMEM ? ErrorCode::kBudgetExceeded : ErrorCode::kInternal;
  return fail(code, fmt::format("PNG: {}: {}", step, spng_strerror(status)));
}

Result<void> check_arguments(ImageView pixels, const PngOptions& options) {
  const int channels = pixels.channels();
  if (pixels.empty() || (channels != 1 && channels != 3 && channels != 4)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("PNG: cannot encode {}x{} pixels of {} channels", pixels.width(),
                            pixels.height(), channels));
  }
  if (options.compression_level < 0 || options.compression_level > 9) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("PNG: compression level {} is not in 0..9", options.compression_level));
  }
  // PNG (third edition), section 11.2.1.
  if (pixels.size().longest_side() > std::numeric_limits<std::int32_t>::max()) {
    return fail(ErrorCode::kTooLarge, "PNG: sides of more than 2^31 - 1 pixels cannot be said");
  }
  return {};
}

std::uint8_t color_type(int channels) {
  switch (channels) {
    case 1:
      return SPNG_COLOR_TYPE_GRAYSCALE;
    case 3:
      return SPNG_COLOR_TYPE_TRUECOLOR;
    default:
      return SPNG_COLOR_TYPE_TRUECOLOR_ALPHA;
  }
}

Result<void> write_rows(spng_ctx* context, ImageView pixels) {
  TRY(check(spng_encode_image(context, nullptr, 0, SPNG_FMT_PNG,
                              SPNG_ENCODE_PROGRESSIVE | SPNG_ENCODE_FINALIZE),
            "starting"));
  for (std::uint32_t y = 0; y < pixels.height(); ++y) {
    const auto row = pixels.row(y);
    const int status = spng_encode_row(context, row.data(), row.size());
    TRY(check(status == SPNG_EOI ? 0 : status, "encoding a row"));
  }
  return {};
}

}  // namespace

Result<std::vector<std::byte>> encode_png(ImageView pixels, const PngOptions& options) {
  TRY(check_arguments(pixels, options));
  const Context context{spng_ctx_new(SPNG_CTX_ENCODER)};
  if (!context) {
    return fail(ErrorCode::kBudgetExceeded, "PNG: the system has no memory left");
  }
  TRY(check(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1), "setting options"));
  TRY(check(spng_set_option(context.get(), SPNG_IMG_COMPRESSION_LEVEL, options.compression_level),
            "setting options"));
  spng_ihdr header{};
  header.width = pixels.width();
  header.height = pixels.height();
  header.bit_depth = 8;
  header.color_type = color_type(pixels.channels());
  TRY(check(spng_set_ihdr(context.get(), &header), "writing the header"));
  TRY(write_rows(context.get(), pixels));

  std::size_t size = 0;
  int status = 0;
  const std::unique_ptr<void, FreeBytes> bytes{spng_get_png_buffer(context.get(), &size, &status)};
  TRY(check(status, "finishing"));
  std::vector<std::byte> file(size);
  std::memcpy(file.data(), bytes.get(), size);
  return file;
}

}  // namespace albumen
