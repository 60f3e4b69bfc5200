// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/dataset_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace albumen {
namespace {

using ::testing::HasSubstr;

// What the command line of `more` asks for.
Result<DatasetRequest> request_of(std::vector<std::string> more) {
  CLI::App app;
  DatasetFlags flags;
  add_dataset_flags(app, flags);
  more.insert(more.begin(), {"in", "--out", "set"});
  std::ranges::reverse(more);  // as CLI11 takes them
  try {
    app.parse(more);
  } catch (const CLI::ParseError& error) {
    return fail(ErrorCode::kInvalidArgument, error.what());
  }
  return dataset_request(flags);
}

PictureSettings settings_of(const std::vector<std::string>& more) {
  const auto request = request_of(more);
  EXPECT_TRUE(request.has_value()) << to_string(request.error());
  return request ? request->settings : PictureSettings{};
}

std::string refusal_of(const std::vector<std::string>& more) {
  const auto request = request_of(more);
  EXPECT_FALSE(request.has_value());
  return request ? std::string{} : request.error().message;
}

TEST(DatasetFlagsTest, WithoutFlagsPicturesAreAsTheDocumentationSays) {
  const auto request = request_of({});
  ASSERT_TRUE(request.has_value());
  PictureSettings expected;
  expected.frame.alpha = AlphaUse::kKeep;
  EXPECT_EQ(request->settings, expected);
  EXPECT_EQ(request->sources, std::vector<std::string>{"in"});
  EXPECT_EQ(request->directory, "set");
  EXPECT_EQ(request->archive, "");
  EXPECT_EQ(request->renaming, Renaming::kKeep);
  EXPECT_EQ(request->captions.existing, ExistingCaptions::kKeep);
  EXPECT_EQ(request->caption_extension, ".txt");
  EXPECT_FALSE(request->overwrite || request->prune || request->degrade);
}

TEST(DatasetFlagsTest, EachFlagOfThePicturesIsHeard) {
  const PictureSettings settings =
      settings_of({"--size", "768x512", "--fit", "pad", "--upscale", "--format", "webp",
                   "--quality", "40", "--png-effort", "small", "--resample", "area", "--background",
                   "#0a80ff", "--rgb", "--keep-metadata", "--keep-truncated", "62.5"});
  PictureSettings expected{.format = OutputFormat::kWebp,
                           .quality = 40,
                           .png_effort = PngEffort::kSmall,
                           .keep_truncated_percent = 62.5F,
                           .keep_metadata = true};
  expected.frame = {.fit = Fit::kPad,
                    .target = {.width = 768, .height = 512},
                    .upscale = Upscale::kAllowed,
                    .filter = Filter::kArea,
                    .alpha = AlphaUse::kFlatten,
                    .background = {.red = 10, .green = 128, .blue = 255}};
  EXPECT_EQ(settings, expected);
}

TEST(DatasetFlagsTest, EachFlagOfTheSetIsHeard) {
  const auto request =
      request_of({"--exclude",        "*.tmp",       "--exclude",           "old/*",
                  "--rename",         "hash",        "--trigger-word",      "zwx",
                  "--caption-prefix", "a photo of ", "--caption-suffix",    ", outdoors",
                  "--existing",       "fill",        "--caption-extension", ".caption",
                  "--overwrite",      "--prune",     "--degrade",           "when-needed"});
  ASSERT_TRUE(request.has_value()) << to_string(request.error());
  EXPECT_EQ(request->source_options.excludes, (std::vector<std::string>{"*.tmp", "old/*"}));
  EXPECT_EQ(request->renaming, Renaming::kHash);
  EXPECT_EQ(request->captions.trigger_word, "zwx");
  EXPECT_EQ(request->captions.prefix, "a photo of ");
  EXPECT_EQ(request->captions.suffix, ", outdoors");
  EXPECT_EQ(request->captions.existing, ExistingCaptions::kFill);
  EXPECT_EQ(request->caption_extension, ".caption");
  EXPECT_TRUE(request->overwrite && request->prune && request->degrade);
}

TEST(DatasetFlagsTest, TheStepIsThatOfBucketsAlone) {
  EXPECT_EQ(settings_of({"--fit", "bucket"}).bucket_step, 64U);
  EXPECT_EQ(settings_of({"--fit", "bucket", "--bucket-step", "32"}).bucket_step, 32U);
  EXPECT_EQ(settings_of({"--fit", "bucket"}).frame.fit, Fit::kCover);
  EXPECT_EQ(settings_of({"--fit", "cover", "--bucket-step", "32"}).bucket_step, 0U);
}

// Buckets of 1024 were filled, and padding and covering forgotten, by an original size.
TEST(DatasetFlagsTest, AnOriginalSizeGoesWithNothingThatWantsAnotherOne) {
  EXPECT_EQ(settings_of({"--size", "original"}).frame.fit, Fit::kOriginal);
  EXPECT_EQ(settings_of({"--size", "original", "--fit", "inside"}).frame.fit, Fit::kOriginal);
  for (const char* const fit : {"bucket", "cover", "pad"}) {
    EXPECT_THAT(refusal_of({"--size", "original", "--fit", fit}),
                HasSubstr(std::string{"--fit "} + fit));
  }
  EXPECT_THAT(refusal_of({"--upscale", "--size", "original"}), HasSubstr("--upscale"));
}

TEST(DatasetFlagsTest, APresetSetsWhatItSays) {
  const PictureSettings fast = settings_of({"--preset", "fast"});
  EXPECT_EQ(fast.format, OutputFormat::kJpeg);
  EXPECT_EQ(fast.quality, 75);
  EXPECT_EQ(fast.frame.filter, Filter::kBilinear);
  const PictureSettings balanced = settings_of({"--preset", "balanced"});
  EXPECT_EQ(balanced.format, OutputFormat::kPng);
  EXPECT_EQ(balanced.frame.filter, Filter::kBilinear);
  EXPECT_EQ(settings_of({"--preset", "quality"}), settings_of({}));
}

// The preset came last: `--preset fast --format png --quality 95` gave JPEGs of 75.
TEST(DatasetFlagsTest, WhatIsSaidCountsMoreThanThePreset) {
  const PictureSettings png =
      settings_of({"--preset", "fast", "--format", "png", "--quality", "95"});
  EXPECT_EQ(png.format, OutputFormat::kPng);
  EXPECT_EQ(png.quality, 95);
  EXPECT_EQ(png.frame.filter, Filter::kBilinear);
  const PictureSettings small =
      settings_of({"--resample", "lanczos", "--png-effort", "small", "--preset", "balanced"});
  EXPECT_EQ(small.frame.filter, Filter::kLanczos3);
  EXPECT_EQ(small.png_effort, PngEffort::kSmall);
  // Also what is the default without a preset.
  EXPECT_EQ(settings_of({"--preset", "fast", "--quality", "85"}).quality, 85);
}

TEST(DatasetFlagsTest, SizesAreOneSideOrTwo) {
  EXPECT_EQ(settings_of({"--size", "512"}).frame.target, (Size{.width = 512, .height = 512}));
  EXPECT_EQ(settings_of({"--size", "1x65500"}).frame.target, (Size{.width = 1, .height = 65'500}));
  for (const char* const size : {"0", "x", "512x", "x512", "512x0", "-5", "65501", "512 x 512",
                                 "512x512x3", "1e3", "99999999999", "Original", ""}) {
    EXPECT_THAT(refusal_of({"--size", size}), HasSubstr("--size")) << size;
  }
}

TEST(DatasetFlagsTest, ColoursAreNamesOrSixDigits) {
  const auto colour_of = [](const char* text) {
    return settings_of({"--background", text}).frame.background;
  };
  EXPECT_EQ(colour_of("white"), (Rgb8{.red = 255, .green = 255, .blue = 255}));
  EXPECT_EQ(colour_of("black"), (Rgb8{}));
  EXPECT_EQ(colour_of("grey"), (Rgb8{.red = 128, .green = 128, .blue = 128}));
  EXPECT_EQ(colour_of("#0A80ff"), (Rgb8{.red = 10, .green = 128, .blue = 255}));
  for (const char* const text :
       {"red", "#fff", "#12345", "#1234567", "1234567", "#12345g", "#-12345", "# 12345", "#"}) {
    EXPECT_THAT(refusal_of({"--background", text}), HasSubstr("no colour")) << text;
  }
}

TEST(DatasetFlagsTest, OtherWordsAndNumbersAreRefusedByTheNameOfTheirFlag) {
  const std::vector<std::vector<std::string>> refused{
      {"--preset", "best"},       {"--fit", "original"},       {"--fit", "stretch"},
      {"--bucket-step", "0"},     {"--bucket-step", "-8"},     {"--bucket-step", "1025"},
      {"--format", "gif"},        {"--quality", "0"},          {"--quality", "101"},
      {"--quality", "high"},      {"--png-effort", "9"},       {"--resample", "nearest"},
      {"--keep-truncated", "-1"}, {"--keep-truncated", "101"}, {"--rename", "numbers"},
      {"--existing", "drop"},     {"--degrade", "always"}};
  for (const auto& words : refused) {
    EXPECT_THAT(refusal_of(words), HasSubstr(words.front()));
  }
}

// CLI11 required it of the command line, and so refused what environment or configuration say.
TEST(DatasetFlagsTest, APlaceIsOnlyRequiredOnceAllIsHeard) {
  CLI::App app;
  DatasetFlags flags;
  add_dataset_flags(app, flags);
  EXPECT_NO_THROW(app.parse(std::vector<std::string>{"in"}));
  const auto request = dataset_request(flags);
  ASSERT_FALSE(request.has_value());
  EXPECT_EQ(request.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(request.error().message, HasSubstr("--out is required"));
}

TEST(DatasetFlagsTest, ANameThatEndsInZipIsAnArchive) {
  EXPECT_EQ(request_of({"--out", "set.zip"}).has_value(), false);  // given twice
  CLI::App app;
  DatasetFlags flags;
  add_dataset_flags(app, flags);
  flags.out = "a/set.ZIP";
  EXPECT_EQ(dataset_request(flags).value().archive, "a/set.ZIP");
  for (const char* const out : {"set.zip/", ".zip", "zip", "set.zip.part"}) {
    flags.out = out;
    EXPECT_EQ(dataset_request(flags).value().archive, "") << out;
  }
}

}  // namespace
}  // namespace albumen
