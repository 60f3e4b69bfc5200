// SPDX-License-Identifier: Apache-2.0
#include "dataset/picture_settings.h"

#include <gtest/gtest.h>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "files/sha256.h"

namespace albumen {
namespace {

TEST(PictureSettingsTest, TheTextSaysWhatAUserMayHaveSet) {
  EXPECT_EQ(to_text({}),
            "format=png png-effort=balanced size=1024x1024 fit=inside upscale=no "
            "resample=lanczos alpha=flatten background=#ffffff");
  PictureSettings settings{.format = OutputFormat::kKeep, .keep_truncated_percent = 50};
  settings.frame.fit = Fit::kOriginal;
  EXPECT_EQ(to_text(settings),
            "format=keep quality=85 png-effort=balanced size=original alpha=flatten "
            "background=#ffffff keep-truncated=50");
}

// Every one of `all` with each of `values` put into it.
template <class Value, class Put>
std::vector<PictureSettings> each_with(const std::vector<PictureSettings>& all,
                                       std::initializer_list<Value> values, const Put& put) {
  std::vector<PictureSettings> more;
  for (const PictureSettings& settings : all) {
    for (const Value& value : values) {
      more.push_back(settings);
      put(more.back(), value);
    }
  }
  return more;
}

// The text of an original size left out the buckets that pictures were cut to all the same: a set
// made with them was `unchanged` for a run without.
TEST(PictureSettingsTest, NoTwoCombinationsShareADigest) {
  std::vector<PictureSettings> all(1);
  all = each_with(all, {Fit::kOriginal, Fit::kInside, Fit::kCover, Fit::kPad},
                  [](auto& settings, Fit value) { settings.frame.fit = value; });
  all = each_with(all, {0U, 1U, 64U},
                  [](auto& settings, auto value) { settings.bucket_step = value; });
  all = each_with(all, {Size{.width = 1024, .height = 1024}, Size{.width = 102, .height = 41024}},
                  [](auto& settings, Size value) { settings.frame.target = value; });
  all = each_with(all, {Upscale::kNever, Upscale::kAllowed},
                  [](auto& settings, Upscale value) { settings.frame.upscale = value; });
  all = each_with(all, {Filter::kArea, Filter::kBilinear, Filter::kLanczos3},
                  [](auto& settings, Filter value) { settings.frame.filter = value; });
  all = each_with(all, {AlphaUse::kFlatten, AlphaUse::kKeep},
                  [](auto& settings, AlphaUse value) { settings.frame.alpha = value; });
  all = each_with(all, {OutputFormat::kPng, OutputFormat::kJpeg, OutputFormat::kKeep},
                  [](auto& settings, OutputFormat value) { settings.format = value; });
  all = each_with(all, {85, 8}, [](auto& settings, int value) { settings.quality = value; });
  all = each_with(all, {PngEffort::kFast, PngEffort::kSmall},
                  [](auto& settings, PngEffort value) { settings.png_effort = value; });
  all = each_with(all, {100.0F, 99.5F},
                  [](auto& settings, float value) { settings.keep_truncated_percent = value; });
  all = each_with(all, {false, true},
                  [](auto& settings, bool value) { settings.keep_metadata = value; });
  std::set<std::string> digests;
  for (const PictureSettings& settings : all) {
    digests.insert(to_string(digest_of(settings)));
  }
  EXPECT_EQ(digests.size(), all.size());
}

TEST(PictureSettingsTest, EachColourOfTheBackgroundAndTheOversamplingChangeTheDigest) {
  std::vector<PictureSettings> all(5);
  all[1].frame.background.red = 1;
  all[2].frame.background.green = 1;
  all[3].frame.background.blue = 1;
  all[4].frame.oversampling = 2;
  std::set<std::string> digests;
  for (const PictureSettings& settings : all) {
    digests.insert(to_string(digest_of(settings)));
  }
  EXPECT_EQ(digests.size(), all.size());
}

TEST(PictureSettingsTest, PresetsSetWhatTheySay) {
  PictureSettings own;
  own.frame.target = {.width = 512, .height = 512};
  const PictureSettings fast = with_preset(own, "fast").value();
  EXPECT_EQ(fast.format, OutputFormat::kJpeg);
  EXPECT_EQ(fast.quality, 75);
  EXPECT_EQ(fast.frame.filter, Filter::kBilinear);
  EXPECT_EQ(fast.frame.target, own.frame.target);
  EXPECT_EQ(with_preset(own, "quality").value().frame.filter, Filter::kLanczos3);
  EXPECT_EQ(with_preset(own, "best").error().code, ErrorCode::kInvalidArgument);
}

// The longest side alone was looked at: 768x512 gave the buckets of 768x768.
TEST(PictureSettingsTest, BucketsHaveTheAreaOfTheSize) {
  PictureSettings settings{.bucket_step = 64};
  EXPECT_EQ(bucket_spec_of(settings), BucketSpec{});
  for (const Size target :
       {Size{.width = 768, .height = 512}, Size{.width = 256, .height = 2048}}) {
    settings.frame.target = target;
    const std::vector<Size> buckets = make_buckets(bucket_spec_of(settings)).value();
    EXPECT_EQ(choose_bucket(buckets, target), target);
    EXPECT_EQ(choose_bucket(buckets, target.transposed()), target.transposed());
    for (const Size bucket : buckets) {
      EXPECT_LE(bucket.pixels(), target.pixels());
    }
  }
}

TEST(PictureSettingsTest, AStepOfTheLadderKeepsTheShapeAndEnlargesNothing) {
  const QualityStep step{.name = "low", .longest_side = 512, .quality = 75};
  PictureSettings asked;
  asked.frame.target = {.width = 1024, .height = 768};
  asked.frame.upscale = Upscale::kAllowed;
  const PictureSettings reduced = reduced_to(asked, step);
  EXPECT_EQ(reduced.frame.target, (Size{.width = 512, .height = 384}));
  EXPECT_EQ(reduced.frame.upscale, Upscale::kAllowed);
  EXPECT_EQ(reduced.quality, 75);
  asked.frame.fit = Fit::kOriginal;
  EXPECT_EQ(reduced_to(asked, step).frame.fit, Fit::kInside);
  EXPECT_EQ(reduced_to(asked, step).frame.target, (Size{.width = 512, .height = 512}));
  EXPECT_EQ(reduced_to(asked, step).frame.upscale, Upscale::kNever);
  PictureSettings small;
  small.frame.target = {.width = 100, .height = 300};
  small.quality = 60;
  EXPECT_EQ(reduced_to(small, step), small);
}

TEST(PictureSettingsTest, KeepKeepsWhatCanBeWritten) {
  EXPECT_EQ(format_for(OutputFormat::kKeep, ContentType::kJpeg), OutputFormat::kJpeg);
  EXPECT_EQ(format_for(OutputFormat::kKeep, ContentType::kPng), OutputFormat::kPng);
  EXPECT_EQ(format_for(OutputFormat::kKeep, ContentType::kTiff), OutputFormat::kPng);
  EXPECT_EQ(format_for(OutputFormat::kWebp, ContentType::kJpeg), OutputFormat::kWebp);
}

}  // namespace
}  // namespace albumen
