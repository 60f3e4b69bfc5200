// SPDX-License-Identifier: Apache-2.0
#include "decode/longtail/protocol.h"

#include <gtest/gtest.h>
#include <random>

namespace albumen {
namespace {

LongtailAnswer probed() {
  LongtailAnswer answer;
  answer.status = LongtailStatus::kDone;
  answer.sequence = 0xA1B2C3D4;
  answer.width = 6000;
  answer.height = 4000;
  answer.bands = 3;
  answer.bits = 8;
  answer.orientation = 6;
  answer.has_more_frames = true;
  answer.profile_bytes = 560;
  answer.text = "fine";
  return answer;
}

LongtailRequest decode_request() {
  LongtailRequest request;
  request.kind = LongtailRequestKind::kDecode;
  request.sequence = 7;
  request.format = LongtailFormat::kAvif;
  request.file_bytes = std::uint64_t{5} << 32;
  request.width = 6000;
  request.height = 4000;
  request.shrink = 4;
  request.bands = 4;
  request.stride_bytes = 6016;
  request.pixel_bytes = std::uint64_t{6016} * 1000;
  return request;
}

// What a child could send in place of `answer`.
template <class Change>
bool is_taken(LongtailAnswer answer, const Change& change) {
  change(answer);
  return parse_longtail_answer(to_message(answer)).has_value();
}

TEST(LongtailProtocolTest, MessagesArriveAsTheyWereSent) {
  EXPECT_EQ(parse_longtail_answer(to_message(probed())), probed());
  EXPECT_EQ(parse_longtail_request(to_message(decode_request())), decode_request());
}

TEST(LongtailProtocolTest, NumbersAreLittleEndianWhateverTheMachine) {
  const auto message = to_message(probed());
  EXPECT_EQ(message[8], std::byte{0xD4});
  EXPECT_EQ(message[11], std::byte{0xA1});
}

TEST(LongtailProtocolTest, OtherSizesAreNoMessages) {
  const auto answer = to_message(probed());
  const auto request = to_message(decode_request());
  EXPECT_FALSE(parse_longtail_answer({}));
  EXPECT_FALSE(parse_longtail_answer(std::span{answer}.first(answer.size() - 1)));
  EXPECT_FALSE(parse_longtail_answer(request));
  EXPECT_FALSE(parse_longtail_request(answer));
  EXPECT_FALSE(parse_longtail_request(std::span{request}.first(20)));
}

TEST(LongtailProtocolTest, AnotherMagicOrVersionIsNotTaken) {
  for (const std::size_t at : {0U, 3U, 4U, 5U}) {
    auto answer = to_message(probed());
    auto request = to_message(decode_request());
    answer.at(at) ^= std::byte{1};
    request.at(at) ^= std::byte{1};
    EXPECT_FALSE(parse_longtail_answer(answer)) << at;
    EXPECT_FALSE(parse_longtail_request(request)) << at;
  }
}

TEST(LongtailProtocolTest, PicturesThatCannotBeAreNotTaken) {
  EXPECT_TRUE(is_taken(probed(), [](auto&) {}));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.width = 0; }));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.height = 0; }));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.bands = 2; }));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.bands = 255; }));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.bits = 0; }));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.bits = 200; }));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.orientation = 0; }));
  EXPECT_FALSE(is_taken(probed(), [](auto& answer) { answer.orientation = 9; }));
  EXPECT_FALSE(
      is_taken(probed(), [](auto& answer) { answer.status = static_cast<LongtailStatus>(99); }));
}

TEST(LongtailProtocolTest, RequestsThatMakeNoSenseAreNotTaken) {
  const auto is_request = [](const auto& change) {
    LongtailRequest request = decode_request();
    change(request);
    return parse_longtail_request(to_message(request)).has_value();
  };
  EXPECT_TRUE(is_request([](auto&) {}));
  EXPECT_FALSE(is_request([](auto& request) { request.shrink = 0; }));
  EXPECT_FALSE(is_request([](auto& request) { request.shrink = 257; }));
  EXPECT_FALSE(is_request([](auto& request) { request.bands = 5; }));
  EXPECT_FALSE(is_request([](auto& request) { request.width = 0; }));
  EXPECT_FALSE(is_request([](auto& request) { request.kind = LongtailRequestKind{50}; }));
  EXPECT_FALSE(
      is_request([](auto& request) { request.format = LongtailFormat{kLongtailFormatCount}; }));
}

TEST(LongtailProtocolTest, TextIsCutAndMadePrintable) {
  LongtailAnswer answer = probed();
  answer.text = "a\x1B[2Jb\n\xC3\xA9";
  const auto parsed = parse_longtail_answer(to_message(answer));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->text, "a?[2Jb???");
  answer.text.assign(1000, 'x');
  const auto long_one = parse_longtail_answer(to_message(answer));
  ASSERT_TRUE(long_one);
  EXPECT_EQ(long_one->text, std::string(LongtailAnswer::kTextBytes, 'x'));
}

TEST(LongtailProtocolTest, TextWithoutAnEndStaysInsideTheMessage) {
  auto message = to_message(probed());
  for (std::size_t at = 40; at < message.size(); ++at) {
    message.at(at) = std::byte{'y'};
  }
  const auto parsed = parse_longtail_answer(message);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->text.size(), LongtailAnswer::kTextBytes);
}

TEST(LongtailProtocolTest, WhateverIsTakenIsInsideItsRange) {
  std::mt19937 random{1};
  for (int round = 0; round < 20'000; ++round) {
    auto message = to_message(probed());
    for (int change = 0; change < 3; ++change) {
      message.at(6 + random() % (message.size() - 6)) = static_cast<std::byte>(random());
    }
    if (const auto answer = parse_longtail_answer(message);
        answer && answer->status == LongtailStatus::kDone) {
      EXPECT_TRUE(answer->bands == 1 || answer->bands == 3 || answer->bands == 4);
      EXPECT_GE(answer->orientation, 1);
      EXPECT_LE(answer->orientation, 8);
      EXPECT_GT(answer->width, 0U);
    }
  }
}

}  // namespace
}  // namespace albumen
