// SPDX-License-Identifier: Apache-2.0
#include "dataset/picture_settings.h"

#include <gtest/gtest.h>
#include <set>
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

TEST(PictureSettingsTest, AnyChangeThatAByteCouldShowChangesTheDigest) {
  std::vector<PictureSettings> all(13);
  all[1].format = OutputFormat::kJpeg;
  all[2].format = OutputFormat::kJpeg;
  all[2].quality = 75;
  all[3].frame.target.width = 512;
  all[4].frame.fit = Fit::kPad;
  all[5].frame.upscale = Upscale::kAllowed;
  all[6].frame.filter = Filter::kArea;
  all[7].frame.alpha = AlphaUse::kKeep;
  all[8].frame.background.green = 0;
  all[9].png_effort = PngEffort::kSmall;
  all[10].bucket_step = 64;
  all[11].keep_truncated_percent = 90;
  all[12].frame.oversampling = 2;
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
