// SPDX-License-Identifier: Apache-2.0
// A decode that is stopped, or takes too long, ends in the middle and gives everything back.
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "decode/limits.h"
#include "decode/testing/decode_all.h"

namespace albumen {
namespace {

using testing::EncodedBytes;
using testing::JpegScript;
using testing::photo_like;
using testing::TestDecode;

constexpr Size kSize{.width = 240, .height = 200};

struct Named {
  std::string name;
  EncodedBytes bytes;
};

std::vector<Named> make_pictures() {
  const auto colour = photo_like(kSize, 3, 1);
  // More than libwebp gets at once.
  const auto large = photo_like({.width = 1280, .height = 1000}, 3, 2);
  return {{.name = "baseline JPEG", .bytes = encode_jpeg(colour)},
          {.name = "baseline JPEG by libjpeg",
           .bytes = encode_jpeg(colour, {.space = testing::JpegSpace::kRgb})},
          {.name = "JPEG of separate scans",
           .bytes = encode_jpeg(colour, {.script = JpegScript::kSeparateScans})},
          {.name = "progressive JPEG",
           .bytes = encode_jpeg(colour, {.script = JpegScript::kProgressive})},
          {.name = "PNG", .bytes = encode_png(colour)},
          {.name = "interlaced PNG", .bytes = encode_png(colour, {.interlaced = true})},
          {.name = "lossy WebP", .bytes = encode_webp(large)},
          {.name = "lossless WebP", .bytes = encode_webp(large, {.lossless = true})}};
}

const std::vector<Named>& pictures() {
  static const std::vector<Named> made = make_pictures();
  return made;
}

/// A clock that a decode looks at when it begins, and again once its rows are on their way: what
/// `at_rows` does, happens in the middle.
DecodeOptions with_clock(std::function<std::chrono::nanoseconds()> at_rows, float keep = 100.0F) {
  return {.keep_truncated_percent = keep,
          .processor_time = [at_rows = std::move(at_rows), looks = 0]() mutable {
            return ++looks == 1 ? std::chrono::nanoseconds{} : at_rows();
          }};
}

// The whole picture, with `options` that end its decode.
Error ended(const Named& picture, const DecodeOptions& options) {
  TestDecode decode{picture.bytes};
  const Bytes before = decode.budget().used();
  const auto image = decode.decode_to(decode.info()->stored_size.longest_side(), options);
  EXPECT_EQ(decode.budget().used(), before) << picture.name;
  EXPECT_FALSE(image.has_value()) << picture.name;
  return image ? Error{} : image.error();
}

TEST(DecodeStopTest, StopBeforeADecodeIsCancelled) {
  std::stop_source stop;
  stop.request_stop();
  for (const Named& picture : pictures()) {
    EXPECT_EQ(ended(picture, {.stop = stop.get_token()}).code, ErrorCode::kCancelled)
        << picture.name;
  }
}

// Ctrl-C was noticed between the steps of a picture only: one of a billion pixels went on for
// minutes.
TEST(DecodeStopTest, StopInTheMiddleIsCancelledAndGivesMemoryBack) {
  for (const Named& picture : pictures()) {
    for (const float keep : {100.0F, 1.0F}) {
      std::stop_source stop;
      DecodeOptions options = with_clock(
          [&stop] {
            stop.request_stop();
            return std::chrono::nanoseconds{};
          },
          keep);
      options.stop = stop.get_token();
      EXPECT_EQ(ended(picture, options).code, ErrorCode::kCancelled) << picture.name << " " << keep;
      EXPECT_TRUE(stop.stop_requested()) << picture.name;
    }
  }
}

// A small file could cost its maker nothing and a run minutes: scans without a byte, each a pass
// over all blocks.
TEST(DecodeStopTest, DeadlineInTheMiddleIsDeadlineExceeded) {
  for (const Named& picture : pictures()) {
    for (const float keep : {100.0F, 1.0F}) {
      const Error error = ended(picture, with_clock([] { return std::chrono::hours{1}; }, keep));
      EXPECT_EQ(error.code, ErrorCode::kDeadlineExceeded) << picture.name << " " << keep;
      EXPECT_NE(error.message.find("processor time"), std::string::npos) << error.message;
    }
  }
}

TEST(DecodeStopTest, TimeThatAPictureMayTakeDoesNotEndIt) {
  const auto patience = decode_patience(kSize.pixels());
  for (const Named& picture : pictures()) {
    TestDecode decode{picture.bytes};
    const auto image = decode.decode_to(decode.info()->stored_size.longest_side(),
                                        with_clock([patience] { return patience; }));
    EXPECT_TRUE(image.has_value()) << picture.name;
  }
}

TEST(DecodeStopTest, LargestPictureHasAQuarterOfAnHour) {
  EXPECT_GE(decode_patience(kMaxPixels), std::chrono::minutes{15});
  EXPECT_LE(decode_patience(kMaxPixels), std::chrono::minutes{20});
  EXPECT_GE(decode_patience(PixelCount{1}), std::chrono::minutes{1});
}

}  // namespace
}  // namespace albumen
