// SPDX-License-Identifier: Apache-2.0
#include "infer/model_card.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace albumen {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kEmbedder = R"(
name = "arc"
role = "face-embedder"
format = "onnx"
layout = "embedding"
package = "mine"
[licence]
name = "MIT"
from = "LICENSE"
[[files]]
name = "arc.onnx"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
bytes = 12
[input]
width = 112
height = 112
channels = "bgr"
mean = [127.5, 127.5, 127.5]
scale = [127.5, 127.5, 127.5]
[alignment]
chip_side = 112
points = [38.8, 52.2, 74.0, 52.0, 56.5, 72.2, 42.0, 92.9, 71.2, 92.7]
[comparison]
dimensions = 512
metric = "cosine"
same_person = 0.5
eps = [0.8, 1.1]
)";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text(kEmbedder);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void expect_refused(const std::string& toml, std::string_view words) {
  const auto card = parse_model_card(toml, "test");
  ASSERT_FALSE(card.has_value()) << words;
  EXPECT_EQ(card.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(card.error().message, HasSubstr(std::string(words)));
}

TEST(ModelCardTest, ReadsAnEmbedder) {
  const auto card = parse_model_card(kEmbedder, "test");
  ASSERT_TRUE(card.has_value()) << to_string(card.error());
  EXPECT_EQ(card->input.channels, ChannelOrder::kBgr);
  EXPECT_EQ(card->input.size, (Size{.width = 112, .height = 112}));
  EXPECT_EQ(card->alignment->points[2], (Point{.x = 56.5F, .y = 72.2F}));
  EXPECT_EQ(card->comparison->dimensions, 512U);
}

TEST(ModelCardTest, BuiltInCardsAreValid) {
  ASSERT_EQ(built_in_cards().size(), 2U);
  for (const BuiltInCard& built_in : built_in_cards()) {
    const auto card = built_in_card(built_in.name);
    ASSERT_TRUE(card.has_value()) << to_string(card.error());
    EXPECT_EQ(card->name, built_in.name);
    EXPECT_FALSE(card->licence.name.empty());
  }
  EXPECT_EQ(built_in_card("none").error().code, ErrorCode::kNotFound);
}

TEST(ModelCardTest, RefusesUnknownKeysInEveryTable) {
  expect_refused("surprise = 1\n" + std::string(kEmbedder), "surprise");
  expect_refused(replaced("width = 112", "depth = 3\nwidth = 112"), "input.depth");
  expect_refused(replaced("from = ", "by = \"me\"\nfrom = "), "licence.by");
  expect_refused(replaced("bytes = 12", "bytes = 12\nurl = \"x\""), "files[0].url");
  expect_refused(replaced("eps = ", "epsilon = 1\neps = "), "comparison.epsilon");
}

TEST(ModelCardTest, RefusesMissingKeys) {
  expect_refused(replaced("package = \"mine\"", ""), "package is missing");
  expect_refused(replaced("metric = \"cosine\"", ""), "comparison.metric is missing");
  expect_refused(replaced("bytes = 12", ""), "bytes is missing");
}

TEST(ModelCardTest, RefusesNumbersOutOfRange) {
  expect_refused(replaced("width = 112", "width = 0"), "input.width");
  expect_refused(replaced("width = 112", "width = 1e3"), "input.width");
  expect_refused(replaced("scale = [127.5", "scale = [0.0"), "input.scale");
  expect_refused(replaced("mean = [127.5", "mean = [nan"), "input.mean");
  expect_refused(replaced("mean = [127.5, ", "mean = ["), "array of 3");
  expect_refused(replaced("same_person = 0.5", "same_person = inf"), "same_person");
  expect_refused(replaced("same_person = 0.5", "same_person = 0.6"), "from 0.001 to 0.5");
  expect_refused(replaced("same_person = 0.5", "same_person = 0"), "same_person");
  expect_refused(replaced("eps = [0.8", "eps = [1.2"), "range, least first");
  expect_refused(replaced("bytes = 12", "bytes = -1"), "bytes");
  expect_refused(replaced("points = [38.8", "points = [112.5"), "alignment.points");
}

TEST(ModelCardTest, RefusesNamesThatLeaveTheirFolder) {
  for (const char* name : {"../arc", "a/b", ".hidden", "", "Ärger", "UPPER"}) {
    expect_refused(replaced("name = \"arc\"", std::string("name = \"") + name + "\""), "name");
  }
  for (const char* name : {"../arc.onnx", "/etc/passwd", ".arc", ""}) {
    expect_refused(replaced("\"arc.onnx\"", std::string("\"") + name + "\""), "files[0].name");
  }
}

TEST(ModelCardTest, RefusesPartsThatDoNotFitTogether) {
  expect_refused(replaced("\"face-embedder\"", "\"face-detector\""), "layout");
  expect_refused(replaced("chip_side = 112", "chip_side = 150"), "alignment");
  expect_refused(replaced("\"onnx\"", "\"openvino-ir\""), "files");
  expect_refused(replaced("\"onnx\"", "\"mtcnn-package\""), "format");
  expect_refused(replaced("points = [38.8", "points = [74.0"), "left eye");
}

TEST(ModelCardTest, NamesTheLineOfBrokenToml) {
  expect_refused("name = \"x\"\nrole = = 3\n", "line 2");
}

TEST(ModelCardTest, RefusesAHugeCard) {
  const std::string huge(kModelCardLimit.count() + 1, '#');
  EXPECT_EQ(parse_model_card(huge, "test").error().code, ErrorCode::kTooLarge);
}

TEST(ModelCardTest, DigestFollowsWhatChangesAnswers) {
  const auto digest = [](const std::string& toml) {
    return digest_of(parse_model_card(toml, "test").value());
  };
  const std::string original = digest(std::string(kEmbedder));
  EXPECT_EQ(original.size(), 64U);
  EXPECT_EQ(digest(replaced("\"MIT\"", "\"BSD\"")), original);
  EXPECT_NE(digest(replaced("\"bgr\"", "\"rgb\"")), original);
  EXPECT_NE(digest(replaced("\"0000", "\"0001")), original);
  EXPECT_NE(digest(replaced("38.8", "38.9")), original);
}

}  // namespace
}  // namespace albumen
