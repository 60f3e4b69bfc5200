// SPDX-License-Identifier: Apache-2.0
// Whole files against two readers: libspng, and the plain one of this module's tests.
#include "encode/png.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <span>
#include <spng.h>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/units.h"
#include "encode/testing/impatient_sink.h"
#include "encode/testing/pictures.h"
#include "encode/testing/plain_png.h"
#include "govern/budget.h"

namespace albumen {
namespace {

using testing::ImpatientSink;
using testing::make_picture;
using testing::Motif;
using testing::Picture;

constexpr std::array kAllEfforts{PngEffort::kFast, PngEffort::kBalanced, PngEffort::kSmall};

/// With exactly the memory that was predicted, all of which is back afterwards.
std::vector<std::byte> encoded(const Picture& picture, PngEffort effort) {
  const Bytes predicted = png_encode_bytes(picture.size, picture.channels, effort);
  Budget budget{predicted};
  Reservation job = budget.reserve(MemoryTag::kOther, predicted, {}).value();
  MemorySink sink;
  const auto done = encode_png(picture.view(), {.effort = effort}, sink, job);
  EXPECT_TRUE(done.has_value()) << to_string(done.error());
  EXPECT_EQ(job.size(), predicted);
  return sink.take();
}

std::vector<std::uint8_t> read_by_spng(std::span<const std::byte> file, Size expected,
                                       int channels) {
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context{spng_ctx_new(0), spng_ctx_free};
  EXPECT_EQ(spng_set_png_buffer(context.get(), file.data(), file.size()), 0);
  spng_ihdr header{};
  EXPECT_EQ(spng_get_ihdr(context.get(), &header), 0);
  EXPECT_EQ((Size{.width = header.width, .height = header.height}), expected);
  const int format = channels <= 2 ? SPNG_FMT_PNG : channels == 3 ? SPNG_FMT_RGB8 : SPNG_FMT_RGBA8;
  std::size_t size = 0;
  EXPECT_EQ(spng_decoded_image_size(context.get(), format, &size), 0);
  std::vector<std::uint8_t> pixels(size);
  EXPECT_EQ(spng_decode_image(context.get(), pixels.data(), size, format, 0), 0);
  return pixels;
}

void expect_round_trip(const Picture& picture, PngEffort effort) {
  SCOPED_TRACE(::testing::Message() << picture.size.width << "x" << picture.size.height << "x"
                                    << picture.channels << " effort " << static_cast<int>(effort));
  const auto file = encoded(picture, effort);
  const auto samples = picture.samples();
  const auto plain = testing::read_plain_png(file);
  EXPECT_EQ(plain.size, picture.size);
  EXPECT_EQ(plain.channels, picture.channels);
  EXPECT_TRUE(plain.samples == samples);
  EXPECT_TRUE(read_by_spng(file, picture.size, picture.channels) == samples);
}

TEST(PngTest, EveryMotifSurvivesTheRoundTrip) {
  for (const PngEffort effort : kAllEfforts) {
    for (const Motif motif : testing::kAllMotifs) {
      for (const int channels : {1, 2, 3, 4}) {
        expect_round_trip(make_picture(motif, {.width = 197, .height = 131}, channels, 7), effort);
      }
    }
  }
}

TEST(PngTest, NarrowLowAndWidePicturesSurviveTheRoundTrip) {
  for (const PngEffort effort : kAllEfforts) {
    for (const Size size : {Size{.width = 1, .height = 1}, Size{.width = 1, .height = 777},
                            Size{.width = 777, .height = 1}, Size{.width = 70000, .height = 3},
                            Size{.width = 2, .height = 2}, Size{.width = 65, .height = 64}}) {
      for (const int channels : {1, 2, 3, 4}) {
        for (const Motif motif : {Motif::kNoise, Motif::kPhoto}) {
          expect_round_trip(make_picture(motif, size, channels, 0), effort);
        }
      }
    }
  }
}

TEST(PngTest, CodesOfEveryLengthAreWritten) {
  // Byte values as frequent as Fibonacci's numbers make the deepest tree.
  Picture picture{
      .size = {.width = 60000, .height = 1}, .channels = 1, .stride = 60000, .memory = {}};
  std::uint8_t level = 0;
  std::size_t a = 1;
  std::size_t b = 1;
  std::uint8_t sum = 0;
  while (picture.memory.size() + a < 60000) {
    for (std::size_t i = 0; i < a; ++i) {
      sum = static_cast<std::uint8_t>(sum + level);
      picture.memory.push_back(sum);
    }
    b = std::exchange(a, a + b);
    level = static_cast<std::uint8_t>(level + 3);
  }
  picture.memory.resize(60000, 5);
  for (const PngEffort effort : kAllEfforts) {
    expect_round_trip(picture, effort);
  }
}

TEST(PngTest, NoiseGrowsByLessThanAThousandth) {
  const Picture noise = make_picture(Motif::kNoise, {.width = 500, .height = 400}, 3);
  for (const PngEffort effort : kAllEfforts) {
    EXPECT_LT(encoded(noise, effort).size(), 600400U * 1001 / 1000 + 100);
  }
}

TEST(PngTest, FlatAndDrawnPicturesShrinkALot) {
  const Size size{.width = 1000, .height = 700};
  for (const PngEffort effort : kAllEfforts) {
    EXPECT_LT(encoded(make_picture(Motif::kFlat, size, 3), effort).size(), 14000U);
    EXPECT_LT(encoded(make_picture(Motif::kDrawing, size, 3), effort).size(), 70000U);
  }
}

TEST(PngTest, MoreEffortMakesSmallerDrawings) {
  const Size size{.width = 800, .height = 600};
  // On noise a search for matches gains nothing; on drawings it is everything.
  const Picture drawing = make_picture(Motif::kDrawing, size, 3);
  const auto fast = encoded(drawing, PngEffort::kFast).size();
  const auto balanced = encoded(drawing, PngEffort::kBalanced).size();
  EXPECT_LT(balanced, fast);
  EXPECT_LT(encoded(drawing, PngEffort::kSmall).size(), balanced);
}

TEST(PngTest, MemoryDoesNotGrowWithTheHeight) {
  for (const PngEffort effort : {PngEffort::kFast, PngEffort::kBalanced}) {
    EXPECT_EQ(png_encode_bytes({.width = 500, .height = 1}, 3, effort),
              png_encode_bytes({.width = 500, .height = 1'000'000}, 3, effort));
  }
}

ErrorCode code_of_creation(Size size, int channels, PngEffort effort) {
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink sink;
  const auto encoder = PngEncoder::create(size, channels, {.effort = effort}, sink, job);
  EXPECT_FALSE(encoder.has_value());
  EXPECT_TRUE(sink.bytes().empty());
  return encoder.error().code;
}

TEST(PngTest, RefusesWhatPngCannotSay) {
  constexpr std::uint32_t kMost = 0xFFFF'FFFF;
  for (const PngEffort effort : kAllEfforts) {
    EXPECT_EQ(code_of_creation({.width = 2, .height = 2}, 0, effort), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of_creation({.width = 2, .height = 2}, 5, effort), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of_creation({.width = 0, .height = 2}, 3, effort), ErrorCode::kInvalidArgument);
    EXPECT_EQ(code_of_creation({.width = kMost, .height = kMost}, 4, effort), ErrorCode::kTooLarge);
  }
  Budget budget{kMiB};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB, {}).value();
  MemorySink sink;
  EXPECT_EQ(encode_png(ImageView{}, {}, sink, job).error().code, ErrorCode::kInvalidArgument);
}

TEST(PngTest, RefusesRowsThatDoNotFit) {
  Budget budget{kMiB * 4};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 4, {}).value();
  MemorySink sink;
  PngEncoder encoder = PngEncoder::create({.width = 4, .height = 2}, 1, {}, sink, job).value();
  const std::array<std::uint8_t, 5> row{1, 2, 3, 4, 5};
  EXPECT_EQ(encoder.write_row(row).error().code, ErrorCode::kInvalidArgument);
  ASSERT_TRUE(encoder.write_row(std::span{row}.first(4)).has_value());
  EXPECT_EQ(encoder.finish(job).error().code, ErrorCode::kInvalidArgument);
  ASSERT_TRUE(encoder.write_row(std::span{row}.last(4)).has_value());
  EXPECT_EQ(encoder.write_row(std::span{row}.first(4)).error().code, ErrorCode::kInvalidArgument);
  ASSERT_TRUE(encoder.finish(job).has_value());
  EXPECT_EQ(testing::read_plain_png(sink.bytes()).samples,
            (std::vector<std::uint8_t>{1, 2, 3, 4, 2, 3, 4, 5}));
}

TEST(PngTest, ASinkThatFailsStopsTheEncoder) {
  const Picture noise = make_picture(Motif::kNoise, {.width = 300, .height = 300}, 3);
  for (const PngEffort effort : kAllEfforts) {
    for (const std::uint64_t limit : {0U, 20U, 50U, 5000U, 70000U}) {
      Budget budget{kMiB * 8};
      Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 8, {}).value();
      MemorySink sink{Bytes{limit}};
      const auto done = encode_png(noise.view(), {.effort = effort}, sink, job);
      ASSERT_FALSE(done.has_value());
      EXPECT_EQ(done.error().code, ErrorCode::kBudgetExceeded);
    }
  }
}

// kSmall writes when all is encoded: a stop of a large picture waited for that.
TEST(PngTest, SinkCanEndSmallBeforeAnythingIsCompressed) {
  constexpr std::size_t kHeaderBytes = 33;
  for (const std::uint32_t height : {1U, 900U}) {
    const Picture picture = make_picture(Motif::kFlat, {.width = 500, .height = height}, 3);
    Budget budget{kMiB * 16};
    Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 16, {}).value();
    ImpatientSink sink;
    PngEncoder encoder =
        PngEncoder::create(picture.size, 3, {.effort = PngEffort::kSmall}, sink, job).value();
    std::uint32_t rows = 0;
    while (rows < height && encoder.write_row(picture.view().row(rows)).has_value()) {
      ++rows;
    }
    EXPECT_LT(rows, height);
    EXPECT_TRUE(height == 1 || rows < height - 1) << "asked before the last row";
    EXPECT_EQ(sink.written, kHeaderBytes);
  }
}

TEST(PngTest, TooSmallAReservationIsOurBug) {
  const Size size{.width = 30, .height = 20};
  for (const PngEffort effort : kAllEfforts) {
    const Bytes less = png_encode_bytes(size, 3, effort) - Bytes{1};
    Budget budget{less};
    Reservation job = budget.reserve(MemoryTag::kOther, less, {}).value();
    MemorySink sink;
    const auto done =
        encode_png(make_picture(Motif::kFlat, size, 3).view(), {.effort = effort}, sink, job);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::kInternal);
  }
}

}  // namespace
}  // namespace albumen
