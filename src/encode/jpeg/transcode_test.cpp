// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <initializer_list>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/geometry.h"
#include "core/units.h"
#include "encode/jpeg.h"
#include "encode/testing/impatient_sink.h"
#include "encode/testing/pictures.h"
#include "encode/testing/plain_jpeg.h"
#include "govern/budget.h"

namespace albumen {
namespace {

using testing::make_picture;
using testing::Motif;
using testing::Picture;
using testing::PlainJpeg;
using testing::PlainJpegOptions;
using File = std::vector<std::byte>;

constexpr Size kSize{.width = 235, .height = 149};

Picture photo(int channels = 3, Size size = kSize) {
  return make_picture(Motif::kPhoto, size, channels);
}

/// With exactly the memory that was predicted, all of which is back afterwards.
File transcoded(const File& file, const JpegTranscodeOptions& options) {
  const auto predicted = jpeg_transcode_bytes(file);
  EXPECT_TRUE(predicted.has_value()) << to_string(predicted.error());
  if (!predicted.has_value()) {
    return {};
  }
  Budget budget{*predicted};
  Reservation job = budget.reserve(MemoryTag::kOther, *predicted, {}).value();
  MemorySink sink;
  const auto done = transcode_jpeg(file, options, sink, job);
  EXPECT_TRUE(done.has_value()) << to_string(done.error());
  EXPECT_EQ(job.size(), *predicted);
  return sink.take();
}

ErrorCode code_of_transcode(std::span<const std::byte> file) {
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink sink;
  const auto done = transcode_jpeg(file, {}, sink, job);
  EXPECT_FALSE(done.has_value());
  return done.has_value() ? ErrorCode::kInternal : done.error().code;
}

/// Steps never finer than the source's, and each coefficient the nearest to the source's value.
void expect_nearest_coefficients(const PlainJpeg& from, const PlainJpeg& to) {
  ASSERT_EQ(from.coefficients.size(), to.coefficients.size());
  for (std::size_t c = 0; c < from.coefficients.size(); ++c) {
    ASSERT_EQ(from.coefficients[c].size(), to.coefficients[c].size());
    for (std::size_t i = 0; i < from.coefficients[c].size(); ++i) {
      const int old_step = from.steps[c][i % DCTSIZE2];
      const int step = to.steps[c][i % DCTSIZE2];
      ASSERT_GE(step, old_step);
      const int value = from.coefficients[c][i] * old_step;
      ASSERT_LE(std::abs((to.coefficients[c][i] * step) - value), (step + 1) / 2);
    }
  }
}

TEST(TranscodeTest, RoundsTheCoefficientsOfEveryKindOfSource) {
  const std::array<PlainJpegOptions, 9> kinds{
      PlainJpegOptions{},
      {.luma_factor = 11},
      {.luma_factor = 21},
      {.luma_factor = 12},
      {.progressive = true},
      {.one_table = true},
      {.restart_rows = 1},
      {.quality = 100, .space = JCS_RGB},
      {.progressive = true, .arithmetic = true},
  };
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
    SCOPED_TRACE(kind);
    const File file = testing::write_plain_jpeg(photo(), kinds[kind]);
    const PlainJpeg from = testing::read_plain_jpeg(file);
    for (const JpegCodes codes : {JpegCodes::kStandard, JpegCodes::kOptimised}) {
      const File result = transcoded(file, {.quality = 75, .codes = codes});
      EXPECT_LT(result.size(), file.size());
      const PlainJpeg to = testing::read_plain_jpeg(result);
      EXPECT_EQ(to.size, kSize);
      EXPECT_EQ(to.space, from.space);
      EXPECT_EQ(to.luma_factor, from.luma_factor);
      EXPECT_FALSE(to.progressive);
      expect_nearest_coefficients(from, to);
    }
  }
}

/// How many pieces came, none of them empty.
class PieceSink final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    pieces += bytes.empty() ? 0 : 1;
    return {};
  }

  int pieces = 0;
};

// A progressive file goes through libjpeg, a plain one of the same coefficients does not: its twin.
TEST(TranscodeTest, PlainFilesComeOutByteForByteAsThroughLibjpeg) {
  const std::array<PlainJpegOptions, 7> kinds{
      PlainJpegOptions{},  {.luma_factor = 11}, {.luma_factor = 21}, {.luma_factor = 12},
      {.one_table = true}, {.restart_rows = 1}, {.quality = 40}};
  for (const Size size : {kSize, Size{.width = 217, .height = 240}, Size{.width = 640, .height = 9},
                          Size{.width = 8, .height = 700}, Size{.width = 641, .height = 353}}) {
    for (const int channels : {1, 3}) {
      const Picture picture = photo(channels, size);
      for (PlainJpegOptions kind : kinds) {
        const File plain = testing::write_plain_jpeg(picture, kind);
        kind.restart_rows = 0;
        kind.progressive = true;
        const File twin = testing::write_plain_jpeg(picture, kind);
        for (const int quality : {5, 60, 85, 100}) {
          EXPECT_TRUE(transcoded(plain, {.quality = quality}) ==
                      transcoded(twin, {.quality = quality}))
              << size.width << "x" << size.height << " at " << quality;
        }
      }
    }
  }
}

TEST(TranscodeTest, PlainFilesDoNotReachLibjpegsWriter) {
  constexpr Size kLarge{.width = 1024, .height = 768};
  for (const bool progressive : {false, true}) {
    const File file = testing::write_plain_jpeg(photo(3, kLarge), {.progressive = progressive});
    Budget budget{kMiB * 64};
    Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
    PieceSink sink;
    ASSERT_TRUE(transcode_jpeg(file, {}, sink, job).has_value());
    EXPECT_EQ(sink.pieces == 1, !progressive) << "libjpeg's come in pieces of 32 KiB";
  }
}

TEST(TranscodeTest, GrayAndCmykStayWhatTheyAre) {
  for (const int channels : {1, 4}) {
    const File file = testing::write_plain_jpeg(photo(channels), {});
    const PlainJpeg to = testing::read_plain_jpeg(transcoded(file, {.quality = 60}));
    EXPECT_EQ(to.channels, channels);
    expect_nearest_coefficients(testing::read_plain_jpeg(file), to);
  }
  const File ycck = testing::write_plain_jpeg(photo(4), {.space = JCS_YCCK});
  EXPECT_EQ(testing::read_plain_jpeg(transcoded(ycck, {})).space, JCS_YCCK);
}

TEST(TranscodeTest, ACoarserSourceKeepsEveryCoefficient) {
  for (const bool progressive : {false, true}) {
    const File file =
        testing::write_plain_jpeg(photo(), {.quality = 40, .progressive = progressive});
    const PlainJpeg from = testing::read_plain_jpeg(file);
    const PlainJpeg to = testing::read_plain_jpeg(transcoded(file, {.quality = 85}));
    EXPECT_TRUE(to.steps == from.steps);
    EXPECT_TRUE(to.coefficients == from.coefficients);
    EXPECT_TRUE(to.samples == from.samples);
  }
}

TEST(TranscodeTest, IsAboutAsCloseToTheSourceAsDecodingAndEncoding) {
  for (const int quality : {50, 75, 85}) {
    const File file = testing::write_plain_jpeg(photo(3, {.width = 640, .height = 480}), {});
    const PlainJpeg from = testing::read_plain_jpeg(file);
    const PlainJpeg ours = testing::read_plain_jpeg(transcoded(file, {.quality = quality}));
    const Picture pixels{.size = from.size,
                         .channels = 3,
                         .stride = std::size_t{3} * from.size.width,
                         .memory = from.samples};
    const PlainJpeg again =
        testing::read_plain_jpeg(testing::write_plain_jpeg(pixels, {.quality = quality}));
    // Each coefficient is the nearest there is (see above). Measured after upsampling and clamping,
    // on noise as strong in chroma as in luma, that is worth a little less.
    EXPECT_GE(testing::psnr(ours.samples, from.samples),
              testing::psnr(again.samples, from.samples) - 0.5);
  }
}

TEST(TranscodeTest, DropsEverythingBesideThePixels) {
  const File file = testing::write_plain_jpeg(
      photo(), {.exif = std::string("Exif\0\0somewhere", 15), .comment = "said by somebody"});
  const File result = transcoded(file, {});
  const std::string_view text{reinterpret_cast<const char*>(result.data()), result.size()};
  EXPECT_EQ(text.find("Exif"), std::string_view::npos);
  EXPECT_EQ(text.find("somebody"), std::string_view::npos);
  EXPECT_NE(text.find("JFIF"), std::string_view::npos);
}

TEST(TranscodeTest, SmallAndNarrowPicturesFitTheirPrediction) {
  for (const Size size : {Size{.width = 1, .height = 1}, Size{.width = 1, .height = 700},
                          Size{.width = 900, .height = 1}, Size{.width = 17, .height = 9}}) {
    for (const bool progressive : {false, true}) {
      const File file = testing::write_plain_jpeg(photo(3, size), {.progressive = progressive});
      EXPECT_EQ(testing::read_plain_jpeg(transcoded(file, {})).size, size);
      EXPECT_EQ(testing::read_plain_jpeg(transcoded(file, {.codes = JpegCodes::kOptimised})).size,
                size);
    }
  }
}

TEST(TranscodeTest, RefusesDamageInsteadOfConcealingIt) {
  for (const bool progressive : {false, true}) {
    const File file = testing::write_plain_jpeg(photo(), {.progressive = progressive});
    for (std::size_t cut = 0; cut + 2 < file.size(); cut += 1 + (cut / 7)) {
      const ErrorCode code = code_of_transcode(std::span{file}.first(cut));
      EXPECT_TRUE(code == ErrorCode::kTruncated || (cut < 2 && code == ErrorCode::kUnsupported))
          << cut << " " << describe(code).name;
    }
  }
  EXPECT_EQ(code_of_transcode(std::as_bytes(std::span{"\x89PNG\r\n\x1a\n"})),
            ErrorCode::kUnsupported);
}

// A caller that then decodes would find the memory gone that it had paid for.
TEST(TranscodeTest, AfterDamageTheJobHasItsMemoryBack) {
  const File file = testing::write_plain_jpeg(photo(), {});
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink sink;
  const auto cut = std::span{file}.first(file.size() / 2);
  EXPECT_EQ(transcode_jpeg(cut, {}, sink, job).error().code, ErrorCode::kTruncated);
  EXPECT_EQ(job.size(), kMiB * 64);
}

// Every scan of the source is read before anything is written: a stop waited for all of them.
TEST(TranscodeTest, SinkCanEndItBeforeAnythingIsWritten) {
  for (const bool progressive : {false, true}) {
    const File file = testing::write_plain_jpeg(photo(), {.progressive = progressive});
    Budget budget{kMiB * 64};
    Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
    testing::ImpatientSink sink;
    EXPECT_EQ(transcode_jpeg(file, {}, sink, job).error().code, ErrorCode::kCancelled);
    EXPECT_EQ(sink.written, 0U);
    EXPECT_EQ(job.size(), kMiB * 64);
  }
}

/// Nothing where it fails.
File attempt(std::span<const std::byte> file, const JpegTranscodeOptions& options) {
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink sink;
  return transcode_jpeg(file, options, sink, job).has_value() ? sink.take() : File{};
}

// With optimised codes libjpeg does it all, and says what is wrong with a file.
TEST(TranscodeTest, HostileBytesGiveThePictureOfLibjpegOrNone) {
  std::mt19937 random{11};
  int pictures = 0;
  for (const bool progressive : {false, true}) {
    const File file = testing::write_plain_jpeg(photo(3, {.width = 60, .height = 40}),
                                                {.progressive = progressive});
    for (int round = 0; round < 600; ++round) {
      File hostile = file;
      for (int i = 0; i < 1 + (round % 4); ++i) {
        hostile[random() % hostile.size()] = std::byte(random());
      }
      const File ours = attempt(hostile, {});
      const File theirs = attempt(hostile, {.codes = JpegCodes::kOptimised});
      ASSERT_EQ(ours.empty(), theirs.empty()) << round;
      if (!ours.empty()) {
        ++pictures;
        EXPECT_TRUE(testing::read_plain_jpeg(ours).coefficients ==
                    testing::read_plain_jpeg(theirs).coefficients)
            << round;
      }
    }
  }
  EXPECT_GT(pictures, 100);
}

// libjpeg's vectorised writer does not look: it wrote the bits of a coefficient that no code of its
// has, without a code, and called that a picture.
TEST(TranscodeTest, RefusesCoefficientsThatNoScanCanSay) {
  File file;
  const auto put = [&file](std::initializer_list<int> bytes) {
    for (const int byte : bytes) {
      file.push_back(static_cast<std::byte>(byte));
    }
  };
  put({0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0});  // SOI, DQT
  file.insert(file.end(), DCTSIZE2, std::byte{255});
  put({0xFF, 0xC0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0});                             // 8x8, grey
  put({0xFF, 0xC4, 0, 20, 0x00, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // DC: 0
  put({0xFF, 0xC4, 0, 21, 0x10, 1, 1, 0, 0, 0,    0,   0,
       0,    0,    0, 0,  0,    0, 0, 0, 0, 0x0B, 0x00});  // AC: 11 bits; the end of the block
  put({0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0});
  File valid = file;
  put({0x3F, 0xFD, 0xFF, 0xD9});  // 0, 0 and 2047, 10, ones
  EXPECT_EQ(code_of_transcode(file), ErrorCode::kUnsupported);
  EXPECT_TRUE(attempt(file, {.codes = JpegCodes::kOptimised}).empty());
  for (const int byte : {0x5F, 0xFF, 0xD9}) {  // 0, 10, ones
    valid.push_back(static_cast<std::byte>(byte));
  }
  EXPECT_FALSE(attempt(valid, {}).empty());
}

TEST(TranscodeTest, RefusesQualitiesOutOfRangeAndPassesOnTheSinksError) {
  const File file = testing::write_plain_jpeg(photo(), {});
  Budget budget{kMiB * 64};
  Reservation job = budget.reserve(MemoryTag::kOther, kMiB * 64, {}).value();
  MemorySink none{Bytes{0}};
  EXPECT_EQ(transcode_jpeg(file, {.quality = 0}, none, job).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(transcode_jpeg(file, {.quality = 101}, none, job).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(transcode_jpeg(file, {}, none, job).error().code, ErrorCode::kBudgetExceeded);
}

}  // namespace
}  // namespace albumen
