// SPDX-License-Identifier: Apache-2.0
// The client against a stand-in that goes wrong as the file says (programs/longtail/testing).
#include "decode/longtail/longtail_client.h"

#include <array>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <vector>

namespace albumen {
namespace {

using ::testing::HasSubstr;

constexpr Bytes kMemory = kMiB * 64;
constexpr Size kHonestSize{.width = 5, .height = 3};

ByteSpan file_of(std::string_view behaviour) {
  return std::as_bytes(std::span{behaviour.data(), behaviour.size()});
}

class LongtailClientTest : public ::testing::Test {
 protected:
  static LongtailOptions options(std::chrono::milliseconds deadline) {
    return {.program = LONGTAIL_ROGUE, .processes = 1, .deadline = deadline};
  }

  Result<LongtailAnswer> probe(std::string_view behaviour) {
    return client_.probe(LongtailFormat::kTiff, file_of(behaviour), kMemory);
  }

  Result<void> decode(std::string_view behaviour) {
    pixels_.assign(std::size_t{64} * kHonestSize.height, 0);
    return client_.decode({.format = LongtailFormat::kTiff, .size = kHonestSize},
                          file_of(behaviour), kMemory, {pixels_.data(), kHonestSize, 3, 64});
  }

  void expect_well() {
    const auto answer = probe("honest");
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->width, kHonestSize.width);
    const auto decoded = decode("honest");
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(pixels_[0], 7);
    EXPECT_EQ(pixels_[2 * 64 + 14], 7);
  }

  // The picture fails with `code`, saying `words`, and the next one is decoded.
  void expect_one_picture_lost(std::string_view behaviour, ErrorCode code, std::string_view words) {
    for (const bool later : {false, true}) {
      const auto failed = later ? decode(behaviour) : [&]() -> Result<void> {
        TRY(probe(behaviour));
        return {};
      }();
      ASSERT_FALSE(failed) << behaviour;
      EXPECT_EQ(failed.error().code, code) << behaviour << ": " << failed.error().message;
      EXPECT_THAT(failed.error().message, HasSubstr(words)) << behaviour;
      expect_well();
    }
  }

  LongtailClient client_{options(std::chrono::seconds{60})};
  std::vector<std::uint8_t> pixels_;
};

TEST_F(LongtailClientTest, ManyPicturesShareOneChild) {
  EXPECT_FALSE(client_.child());
  expect_well();
  const auto child = client_.child();
  ASSERT_TRUE(child);
  expect_well();
  EXPECT_EQ(client_.child(), child);
}

TEST_F(LongtailClientTest, ACrashCostsOnePicture) {
  expect_one_picture_lost("crash", ErrorCode::kCorrupt, "crashed (signal 6)");
  expect_one_picture_lost("die", ErrorCode::kCorrupt, "ended with status 3");
}

TEST_F(LongtailClientTest, BeingKilledFromOutsideIsTriedAgainOnTheNextRun) {
  expect_one_picture_lost("killed", ErrorCode::kBudgetExceeded, "killed from outside");
}

TEST_F(LongtailClientTest, ABalloonStopsAtItsLimit) {
  expect_one_picture_lost("balloon", ErrorCode::kBudgetExceeded, "more memory than planned");
}

TEST_F(LongtailClientTest, ClosingTheConnectionIsTheEnd) {
  expect_one_picture_lost("close", ErrorCode::kCorrupt, "closed the connection");
}

TEST_F(LongtailClientTest, NonsenseIsNotBelieved) {
  expect_one_picture_lost("garbage", ErrorCode::kCorrupt, "nonsense");
  expect_one_picture_lost("stale", ErrorCode::kCorrupt, "contradicts itself");
  expect_one_picture_lost("hello", ErrorCode::kCorrupt, "contradicts itself");
}

TEST_F(LongtailClientTest, SizesBeyondTheLimitsAreTooLarge) {
  const auto huge = probe("huge");
  ASSERT_FALSE(huge);
  EXPECT_EQ(huge.error().code, ErrorCode::kTooLarge);
  const auto profile = probe("profile");
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().code, ErrorCode::kTooLarge);
  expect_well();
}

TEST_F(LongtailClientTest, AnotherPictureThanTheOneProbedIsCorrupt) {
  const auto other = decode("other");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kCorrupt);
  expect_well();
}

TEST_F(LongtailClientTest, WhatTheDecoderSaysIsPassedOnWithoutControlCharacters) {
  const auto failed = probe("unreadable");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(failed.error().message, "no ?[31mcolours? here");
  const auto memory = probe("no-memory");
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code, ErrorCode::kBudgetExceeded);
}

TEST_F(LongtailClientTest, TheChildCannotChangeFileOrSizes) {
  const auto kept = decode("resize");
  EXPECT_TRUE(kept) << kept.error().message;
}

TEST_F(LongtailClientTest, ManyAnswersToOneRequestDoNotReachTheNext) {
  const auto flooded = probe("flood");
  EXPECT_TRUE(flooded) << flooded.error().message;
  const auto next = probe("honest");
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, ErrorCode::kCorrupt);
  expect_well();
}

TEST_F(LongtailClientTest, DyingBetweenTwoPicturesCostsNone) {
  expect_well();
  const auto child = client_.child();
  ASSERT_TRUE(child);
  // Dead but not yet waited for, as a child is that the system killed.
  ASSERT_EQ(::kill(*child, SIGKILL), 0);
  siginfo_t seen{};
  ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(*child), &seen, WEXITED | WNOWAIT), 0);
  expect_well();
  EXPECT_NE(client_.child(), child);
}

TEST_F(LongtailClientTest, AFormatThatTheChildLacksIsUnsupported) {
  const auto answer = client_.probe(LongtailFormat::kPsd, file_of("honest"), kMemory);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnsupported);
}

TEST(LongtailDeadlineTest, AHangCostsOnePicture) {
  LongtailClient client{
      {.program = LONGTAIL_ROGUE, .processes = 1, .deadline = std::chrono::milliseconds{200}}};
  const auto hung = client.probe(LongtailFormat::kTiff, file_of("hang"), kMemory);
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().code, ErrorCode::kDeadlineExceeded);
  EXPECT_FALSE(client.child());
}

// An interrupt once waited for the whole deadline of a picture that hung.
TEST(LongtailDeadlineTest, AStopDoesNotWaitForAHang) {
  std::stop_source source;
  LongtailClient client{{.program = LONGTAIL_ROGUE, .processes = 1, .stop = source.get_token()}};
  std::jthread stopper{[&source] { source.request_stop(); }};
  const auto hung = client.probe(LongtailFormat::kTiff, file_of("hang"), kMemory);
  ASSERT_FALSE(hung);
  EXPECT_EQ(hung.error().code, ErrorCode::kCancelled);
  EXPECT_FALSE(client.child());
}

TEST(LongtailStartTest, WhatCannotBeRunIsUnsupported) {
  LongtailClient client{{.program = "/no/such/albumen-longtail"}};
  const auto formats = client.formats();
  ASSERT_FALSE(formats);
  EXPECT_EQ(formats.error().code, ErrorCode::kUnsupported);
  EXPECT_THAT(formats.error().message, HasSubstr("/no/such/albumen-longtail"));
}

TEST(LongtailStartTest, AProgramThatSaysNothingDidNotStart) {
  LongtailClient client{{.program = "/bin/true"}};
  const auto formats = client.formats();
  ASSERT_FALSE(formats);
  EXPECT_EQ(formats.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace albumen
