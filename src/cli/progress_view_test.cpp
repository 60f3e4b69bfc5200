// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_view.h"

#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <semaphore>
#include <string>
#include <unistd.h>

#include "cli/internal/standard_output.h"
#include "files/file.h"

namespace albumen {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Draws until the view was asked for its line four times.
void draw(ProgressView::Mode mode) {
  std::counting_semaphore asked{0};
  {
    const ProgressView view{
        mode,
        [&](std::size_t) {
          asked.release();
          return std::string{"4/10  2.0/s"};
        },
        {.redraw_every = 1ms, .first_line_after = 1ms, .line_every = 1ms, .event_every = 1ms}};
    for (int time = 0; time < 4 && mode != ProgressView::Mode::kOff; ++time) {
      asked.acquire();
    }
  }
}

// What goes to stderr meanwhile.
std::string written_by(ProgressView::Mode mode) {
  ::testing::internal::CaptureStderr();
  draw(mode);
  return ::testing::internal::GetCapturedStderr();
}

TEST(ProgressViewTest, WhatIsNoTerminalGetsWholeLinesWithoutControlCharacters) {
  const std::string text = written_by(ProgressView::Mode::kLines);
  EXPECT_THAT(text, StartsWith("4/10  2.0/s\n4/10  2.0/s\n4/10  2.0/s\n"));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
  EXPECT_THAT(text, Not(HasSubstr("\x1B")));
}

TEST(ProgressViewTest, ATerminalIsRedrawnInPlaceAndLeftEmpty) {
  const std::string text = written_by(ProgressView::Mode::kTerminal);
  EXPECT_THAT(text, HasSubstr("\r4/10  2.0/s\x1B[K\r4/10"));
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  EXPECT_TRUE(text.ends_with("\r\x1B[2K"));
}

TEST(ProgressViewTest, EventsGoWhereProgramsRead) {
  ::testing::internal::CaptureStdout();
  EXPECT_THAT(written_by(ProgressView::Mode::kEvents), IsEmpty());
  EXPECT_THAT(::testing::internal::GetCapturedStdout(),
              StartsWith("4/10  2.0/s\n4/10  2.0/s\n4/10  2.0/s\n"));
}

// A run of less than a second had no event at all, and no other said that all was done.
TEST(ProgressViewTest, TheLastEventIsOfTheEnd) {
  std::string state = "2/10";
  ::testing::internal::CaptureStdout();
  {
    const ProgressView view{
        ProgressView::Mode::kEvents, [&](std::size_t) { return state; }, {.first_line_after = 1h}};
    state = "10/10";
  }
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "10/10\n");
}

TEST(ProgressViewTest, SwitchedOffItIsSilent) {
  EXPECT_THAT(written_by(ProgressView::Mode::kOff), IsEmpty());
}

// The write that failed threw in the view's thread, which ended the program. The last test of this
// file, since a standard output that failed counts as such from then on.
TEST(ProgressViewTest, WhereNobodyTakesEventsTheViewEnds) {
  std::fflush(stdout);
  const FileDescriptor kept{::dup(STDOUT_FILENO)};
  const FileDescriptor full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  ASSERT_TRUE(kept.valid() && full.valid());
  ASSERT_NE(::dup2(full.value(), STDOUT_FILENO), -1);
  std::binary_semaphore asked{0};
  int times = 0;
  {
    const ProgressView view{
        ProgressView::Mode::kEvents,
        [&](std::size_t) {
          if (++times == 1) {
            asked.release();
          }
          return std::string{"4/10  2.0/s"};
        },
        {.redraw_every = 1ms, .first_line_after = 1ms, .line_every = 1ms, .event_every = 1ms}};
    asked.acquire();
  }
  const auto finished = finish_output();
  ASSERT_NE(::dup2(kept.value(), STDOUT_FILENO), -1);
  std::clearerr(stdout);
  EXPECT_EQ(times, 1);
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace albumen
