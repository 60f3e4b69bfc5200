// SPDX-License-Identifier: Apache-2.0
#include "dataset/captions.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span{text}); }

TEST(CaptionsTest, ATextFileIsOneLineWithoutMarkOrSpaceAround) {
  EXPECT_EQ(read_caption_text(bytes("\xEF\xBB\xBF a dog,\r\n  on grass \n\n")).value(),
            "a dog, on grass");
  EXPECT_EQ(read_caption_text(bytes("")).value(), "");
  EXPECT_EQ(read_caption_text(bytes("caf\xC3\xA9")).value(), "caf\xC3\xA9");
}

TEST(CaptionsTest, ATextThatIsNoTextIsRefused) {
  EXPECT_EQ(read_caption_text(bytes("\xFF\xFE"
                                    "a"))
                .error()
                .code,
            ErrorCode::kCorrupt);
  const std::string large(kCaptionFileLimit.count() + 1, 'a');
  EXPECT_EQ(read_caption_text(bytes(large)).error().code, ErrorCode::kTooLarge);
}

TEST(CaptionsTest, KohyasTablesGiveCaptionAndTags) {
  EXPECT_THAT(read_caption_json(bytes(R"({"a/x.jpg": {"caption": "a dog", "tags": "dog, grass"},
                                          "y": {"tags": ["cat", "sofa"]},
                                          "z": "a bird",
                                          "empty": {"size": [1, 2]}, "number": 3})"),
                                "table")
                  .value(),
              UnorderedElementsAre(CaptionRow{"a/x.jpg", "a dog, dog, grass"},
                                   CaptionRow{"y", "cat, sofa"}, CaptionRow{"z", "a bird"}));
}

TEST(CaptionsTest, AnObjectAboutOnePictureBelongsToTheFilesOwnName) {
  EXPECT_THAT(read_caption_json(bytes(R"({"text": "a dog", "width": 3})"), "000017").value(),
              ElementsAre(CaptionRow{"000017", "a dog"}));
  EXPECT_THAT(
      read_caption_json(bytes(R"([{"file_name": "a.png", "text": "b"}, 7, {}])"), "").value(),
      ElementsAre(CaptionRow{"a.png", "b"}));
}

// A WebDataset sample without words: its other fields are no table of pictures.
TEST(CaptionsTest, AnObjectAboutOnePictureMaySayNothing) {
  EXPECT_THAT(
      read_caption_json(bytes(R"({"caption": null, "key": "000017", "url": "http://x"})"), "000017")
          .value(),
      IsEmpty());
}

TEST(CaptionsTest, JsonLinesNameTheirPictures) {
  EXPECT_THAT(read_caption_json_lines(bytes("{\"file_name\": \"a.jpg\", \"text\": \"one\"}\n\n"
                                            "{\"image_path\": \"b.jpg\", \"caption\": \"two\"}\r\n"
                                            "{\"caption\": \"of nothing\"}"))
                  .value(),
              ElementsAre(CaptionRow{"a.jpg", "one"}, CaptionRow{"b.jpg", "two"}));
  const auto broken = read_caption_json_lines(bytes("{}\n{\"a\": "));
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(broken.error().message, HasSubstr("line 2"));
}

TEST(CaptionsTest, DeepNestingIsRefusedAndDoesNotCostTheStack) {
  const std::string deep(1'000'000, '[');
  EXPECT_EQ(read_caption_json(bytes(deep), "x").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(read_caption_json(
                bytes("{\"a\": " + std::string(100, '[') + std::string(100, ']') + "}"), "x")
                .error()
                .code,
            ErrorCode::kCorrupt);
}

// Each object's end cost a look at all before it: a table of 300,000 pictures took minutes.
TEST(CaptionsTest, TablesOfManyObjectsAreReadInOnePass) {
  constexpr int kObjects = 200'000;
  std::string list = "[{}";
  std::string table = R"({"last": {"caption": "a dog"})";
  for (int object = 1; object < kObjects; ++object) {
    list += ",{}";
    table += fmt::format(R"(,"{}":{{}})", object);
  }
  EXPECT_THAT(read_caption_json(bytes(list + "]"), "x").value(), IsEmpty());
  EXPECT_THAT(read_caption_json(bytes(table + "}"), "x").value(),
              ElementsAre(CaptionRow{"last", "a dog"}));
}

TEST(CaptionsTest, WhatIsNoTableHasNoRows) {
  EXPECT_THAT(read_caption_json(bytes("3"), "x").value(), IsEmpty());
  EXPECT_THAT(read_caption_json(bytes("{}"), "x").value(), IsEmpty());
  EXPECT_THAT(read_caption_json_lines(bytes("")).value(), IsEmpty());
}

TEST(CaptionsTest, ACaptionIsCarriedWithWhatTheRuleAdds) {
  const CaptionRule rule{.trigger_word = "zwx", .prefix = "photo of ", .suffix = ", sharp"};
  EXPECT_EQ(compose_caption("a dog", rule), "zwx, photo of a dog, sharp");
  EXPECT_EQ(compose_caption("", rule), "");
  EXPECT_EQ(compose_caption("a dog", {}), "a dog");
}

TEST(CaptionsTest, TheTriggerWordIsSaidOnce) {
  const CaptionRule rule{.trigger_word = "zwx"};
  EXPECT_EQ(compose_caption("a dog, zwx , grass", rule), "a dog, zwx , grass");
  EXPECT_EQ(compose_caption("zwx2, a dog", rule), "zwx, zwx2, a dog");
}

TEST(CaptionsTest, FillAndReplaceMakeCaptionsOfTheRulesOwnWords) {
  CaptionRule rule{
      .trigger_word = "zwx", .suffix = "a person", .existing = ExistingCaptions::kFill};
  EXPECT_EQ(compose_caption("", rule), "zwx, a person");
  EXPECT_EQ(compose_caption("old, ", rule), "zwx, old,a person");
  rule.existing = ExistingCaptions::kReplace;
  EXPECT_EQ(compose_caption("old", rule), "zwx, a person");
  EXPECT_EQ(compose_caption("old", {.existing = ExistingCaptions::kReplace}), "");
}

}  // namespace
}  // namespace albumen
