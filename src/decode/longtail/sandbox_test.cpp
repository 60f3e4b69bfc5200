// SPDX-License-Identifier: Apache-2.0
// What a taken-over decoder could do: the real program with one source file exchanged
// (programs/longtail/testing/escapes.cpp), asked to break out.
#include <gtest/gtest.h>

#ifdef LONGTAIL_ESCAPING

#include <array>
#include <chrono>
#include <optional>

#include "decode/longtail/child_process.h"
#include "decode/longtail/testing/escape.h"

namespace albumen {
namespace {

using std::chrono::steady_clock;

class LongtailSandboxTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = LongtailProcess::start(
        LONGTAIL_ESCAPING,
        {.deadline = steady_clock::now() + std::chrono::seconds{120}, .stop = {}});
    ASSERT_TRUE(started) << started.error().message;
    process_.emplace(*std::move(started));
    ASSERT_TRUE(process_->limit(kMiB * 64, std::chrono::seconds{2}));
  }

  Result<LongtailAnswer> attempt(Escape escape) {
    LongtailRequest request;
    request.kind = static_cast<LongtailRequestKind>(
        static_cast<unsigned>(LongtailRequestKind::kFirstEscape) + static_cast<unsigned>(escape));
    const std::array descriptors{0};
    TRY(process_->send(request, descriptors));
    return process_->receive(
        {.deadline = steady_clock::now() + std::chrono::seconds{120}, .stop = {}});
  }

  void expect_refused(Escape escape) {
    const auto answer = attempt(escape);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->status, LongtailStatus::kRefused);
    EXPECT_EQ(answer->text, "Operation not permitted");
  }

  // SIGSYS is 31 on the machines that albumen is built for.
  void expect_killed(Escape escape) {
    const auto answer = attempt(escape);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message, "its decoder crashed (signal 31)");
  }

  std::optional<LongtailProcess> process_;
};

TEST_F(LongtailSandboxTest, ThreadsStillWork) {
  const auto answer = attempt(Escape::kUseThread);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, LongtailStatus::kDone);
}

TEST_F(LongtailSandboxTest, NoFileOpens) { expect_refused(Escape::kOpenFile); }

TEST_F(LongtailSandboxTest, NoFolderOpens) { expect_refused(Escape::kListFolder); }

TEST_F(LongtailSandboxTest, NoSocketIsMade) { expect_refused(Escape::kMakeSocket); }

TEST_F(LongtailSandboxTest, NoMemoryFileIsMade) { expect_refused(Escape::kMakeMemoryFile); }

TEST_F(LongtailSandboxTest, NoOtherProcessIsSignalled) { expect_refused(Escape::kSignalParent); }

TEST_F(LongtailSandboxTest, NoCodeIsMapped) { expect_refused(Escape::kMapCode); }

TEST_F(LongtailSandboxTest, NoLimitIsRaised) { expect_refused(Escape::kRaiseLimits); }

TEST_F(LongtailSandboxTest, NoProcessIsMade) { expect_refused(Escape::kMakeProcess); }

TEST_F(LongtailSandboxTest, RunningAProgramKills) { expect_killed(Escape::kRunProgram); }

TEST_F(LongtailSandboxTest, TracingKills) { expect_killed(Escape::kTraceParent); }

TEST_F(LongtailSandboxTest, MemoryEndsAtTheLimitOfThePicture) {
  const auto answer = attempt(Escape::kTakeMemory);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kBudgetExceeded) << answer.error().message;
}

TEST_F(LongtailSandboxTest, ProcessorTimeEnds) {
  const auto answer = attempt(Escape::kSpin);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kDeadlineExceeded);
}

TEST(LongtailProgramTest, TheProgramOfUsersKnowsNoEscapes) {
  auto started = LongtailProcess::start(
      LONGTAIL_PROGRAM, {.deadline = steady_clock::now() + std::chrono::seconds{120}, .stop = {}});
  ASSERT_TRUE(started) << started.error().message;
  LongtailRequest request;
  request.kind = LongtailRequestKind::kFirstEscape;
  const std::array descriptors{0};
  ASSERT_TRUE(started->send(request, descriptors));
  const auto answer =
      started->receive({.deadline = steady_clock::now() + std::chrono::seconds{120}, .stop = {}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, LongtailStatus::kRefused);
  EXPECT_EQ(answer->text, "no such request");
}

}  // namespace
}  // namespace albumen

#endif
