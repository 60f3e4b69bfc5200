// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_output.h"

#include <cstdint>
#include <filesystem>
#include <gtest/gtest.h>
#include <stop_token>
#include <string>
#include <vector>

#include "decode/testing/exif_builder.h"
#include "decode/testing/test_pictures.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

using testing::EncodedBytes;

class DatasetOutputTest : public ::testing::Test {
 protected:
  // One picture from its plan to its file, under a token that says whether to stop.
  Result<WrittenOutput> write(const StopToken& stop) {
    EncodedImage image = testing::as_image(budget_, source_);
    const ImageInfo info = TRY(probe(image));
    const SourceEntry entry{.path = "a.jpg", .encoded_size = Bytes{source_.size()}};
    plan_ = TRY(plan_output({.entry = entry,
                             .info = info,
                             .settings = settings_,
                             .buckets = buckets_,
                             .limit = budget_.limit()}));
    Reservation memory = TRY(budget_.reserve(MemoryTag::kOther, plan_.peak, {}));
    fs::create_directories(folder_ / "growing");
    return write_output({.path = folder_ / "out",
                         .growing = folder_ / "growing",
                         .settings = settings_,
                         .colours = colours_,
                         .clock = clock_,
                         .stop = stop},
                        plan_, image, memory);
  }

  void expect_that_a_stop_ends_it() {
    std::stop_source stop;
    stop.request_stop();
    const auto written = write(stop.get_token());
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, ErrorCode::kCancelled);
    EXPECT_FALSE(fs::exists(folder_ / "out"));
    EXPECT_TRUE(fs::is_empty(folder_ / "growing"));
    EXPECT_EQ(budget_.used(), Bytes{});
  }

  std::uint64_t decodes() const { return clock_.figures(Stage::kDecode).count; }

  TemporaryDirectory folder_;
  EncodedBytes source_ =
      encode_jpeg(testing::photo_like({.width = 100, .height = 80}, 3, 1), {.quality = 95});
  PictureSettings settings_;
  std::vector<Size> buckets_;
  Budget budget_{kMiB * 64};
  ColourCache colours_;
  StageClock clock_;
  OutputPlan plan_;
};

// Only the steps before the making of an output were seen to end: what is copied, transcoded or
// encoded might have gone on for as long as it takes.
TEST_F(DatasetOutputTest, AStopEndsACopy) {
  settings_.format = OutputFormat::kKeep;
  expect_that_a_stop_ends_it();
  const auto written = write({});
  ASSERT_TRUE(written.has_value()) << to_string(written.error());
  EXPECT_TRUE(written->copied);
  EXPECT_EQ(fs::file_size(folder_ / "out"), written->bytes);
}

TEST_F(DatasetOutputTest, AStopEndsATranscode) {
  settings_.format = OutputFormat::kJpeg;
  expect_that_a_stop_ends_it();
  const auto written = write({});
  ASSERT_TRUE(written.has_value()) << to_string(written.error());
  EXPECT_EQ(decodes(), 0U);
  EXPECT_EQ(fs::file_size(folder_ / "out"), written->bytes);
}

// Of whole training sets cut to buckets every picture was decoded and encoded again, those that had
// their bucket's size already among them.
TEST_F(DatasetOutputTest, AJpegThatHasItsSizeAlreadyIsTranscodedUnderEveryFit) {
  settings_.format = OutputFormat::kJpeg;
  settings_.frame.target = {.width = 100, .height = 80};
  for (const Fit fit : {Fit::kInside, Fit::kCover, Fit::kPad}) {
    settings_.frame.fit = fit;
    const auto written = write({});
    ASSERT_TRUE(written.has_value()) << to_string(written.error());
    EXPECT_EQ(written->size, (Size{.width = 100, .height = 80}));
    EXPECT_EQ(decodes(), 0U);
  }
  settings_.frame.upscale = Upscale::kAllowed;
  buckets_ = {{.width = 80, .height = 100}, {.width = 100, .height = 80}};
  ASSERT_TRUE(write({}).has_value());
  EXPECT_EQ(decodes(), 0U);
}

TEST_F(DatasetOutputTest, AJpegThatIsCutOrTurnedIsDecoded) {
  settings_.format = OutputFormat::kJpeg;
  settings_.frame.target = {.width = 100, .height = 79};
  settings_.frame.fit = Fit::kCover;
  ASSERT_TRUE(write({}).has_value());
  EXPECT_EQ(decodes(), 1U);
  constexpr std::uint8_t kApp1 = 0xE1;
  constexpr std::uint16_t kUpsideDown = 3;
  testing::EncodedBytes exif = testing::bytes_of(std::string{"Exif\0\0", 6});
  const testing::EncodedBytes block = testing::exif_with_orientation(kUpsideDown);
  exif.insert(exif.end(), block.begin(), block.end());
  source_ = testing::with_jpeg_segment(source_, kApp1, exif);
  settings_.frame.target = {.width = 100, .height = 80};
  ASSERT_TRUE(write({}).has_value());
  EXPECT_EQ(decodes(), 2U);
}

TEST_F(DatasetOutputTest, AStopEndsADecode) {
  settings_.format = OutputFormat::kPng;
  expect_that_a_stop_ends_it();
  const auto written = write({});
  ASSERT_TRUE(written.has_value()) << to_string(written.error());
  EXPECT_EQ(decodes(), 2U);
  EXPECT_EQ(fs::file_size(folder_ / "out"), written->bytes);
}

}  // namespace
}  // namespace albumen
