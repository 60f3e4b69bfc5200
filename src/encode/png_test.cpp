// SPDX-License-Identifier: Apache-2.0
#include "encode/png.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <span>
#include <spng.h>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/image_view.h"

namespace albumen {
namespace {

/// Decodes with the library itself, to the channels that were written.
std::vector<std::uint8_t> decoded(std::span<const std::byte> file, Size expected, int channels) {
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context{spng_ctx_new(0), spng_ctx_free};
  EXPECT_EQ(spng_set_png_buffer(context.get(), file.data(), file.size()), 0);
  spng_ihdr header{};
  EXPECT_EQ(spng_get_ihdr(context.get(), &header), 0);
  EXPECT_EQ(header.width, expected.width);
  EXPECT_EQ(header.height, expected.height);
  EXPECT_EQ(header.bit_depth, 8);
  const int format = channels == 1 ? SPNG_FMT_G8 : channels == 3 ? SPNG_FMT_RGB8 : SPNG_FMT_RGBA8;
  std::size_t size = 0;
  EXPECT_EQ(spng_decoded_image_size(context.get(), format, &size), 0);
  std::vector<std::uint8_t> pixels(size);
  EXPECT_EQ(spng_decode_image(context.get(), pixels.data(), size, format, 0), 0);
  return pixels;
}

TEST(PngTest, SurvivesTheRoundTripForAllChannelsAndStrides) {
  std::mt19937 random{1};
  for (const int channels : {1, 3, 4}) {
    for (const Size size : {Size{.width = 1, .height = 1}, Size{.width = 7, .height = 300},
                            Size{.width = 211, .height = 2}, Size{.width = 97, .height = 64}}) {
      const std::size_t line = std::size_t{size.width} * static_cast<std::size_t>(channels);
      const std::size_t stride = line + (random() % 20);
      std::vector<std::uint8_t> memory(stride * size.height);
      for (std::uint8_t& sample : memory) {
        sample = static_cast<std::uint8_t>(random());
      }
      const ImageView view{memory.data(), size, channels, stride};
      const auto file = encode_png(view, {.compression_level = static_cast<int>(random() % 10)});
      ASSERT_TRUE(file.has_value()) << to_string(file.error());
      const std::vector<std::uint8_t> pixels = decoded(*file, size, channels);
      ASSERT_EQ(pixels.size(), line * size.height);
      for (std::uint32_t y = 0; y < size.height; ++y) {
        ASSERT_TRUE(std::ranges::equal(view.row(y), std::span{pixels}.subspan(y * line, line)));
      }
    }
  }
}

TEST(PngTest, CompressesFlatPictures) {
  const std::vector<std::uint8_t> memory(std::size_t{300} * 300 * 3, 200);
  const ImageView view{memory.data(), {.width = 300, .height = 300}, 3, 900};
  EXPECT_LT(encode_png(view, {})->size(), 3000U);
  EXPECT_GT(encode_png(view, {.compression_level = 0})->size(), memory.size());
}

TEST(PngTest, RefusesWhatPngCannotSay) {
  const std::array<std::uint8_t, 8> memory{};
  const ImageView two{memory.data(), {.width = 2, .height = 2}, 2, 4};
  EXPECT_EQ(encode_png(two, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(encode_png(ImageView{}, {}).error().code, ErrorCode::kInvalidArgument);
  const ImageView gray{memory.data(), {.width = 2, .height = 2}, 1, 4};
  EXPECT_EQ(encode_png(gray, {.compression_level = 10}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(encode_png(gray, {.compression_level = -1}).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
