// SPDX-License-Identifier: Apache-2.0
#include "sources/path_list.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "files/file.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

using namespace std::string_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Pipe {
  Pipe() {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    out = FileDescriptor{ends[0]};
    in = FileDescriptor{ends[1]};
  }

  FileDescriptor out;
  FileDescriptor in;
};

Result<std::vector<std::string>> read_text(const std::string& text, PathListLimits limits = {}) {
  const TemporaryDirectory folder;
  const FileDescriptor file = open_for_reading(folder.write("list", text)).value();
  return read_path_list(file.value(), limits, {});
}

TEST(PathListTest, ReadsLines) {
  EXPECT_THAT(read_text("a\nb c\n\nd").value(), ElementsAre("a", "b c", "d"));
  EXPECT_THAT(read_text("a\n").value(), ElementsAre("a"));
  EXPECT_THAT(read_text("").value(), IsEmpty());
}

TEST(PathListTest, AZeroByteMeansZeroBytesSeparate) {
  EXPECT_THAT(read_text("a\nb\0c\0"s).value(), ElementsAre("a\nb", "c"));
  EXPECT_THAT(read_text("a\0\0b"s).value(), ElementsAre("a", "b"));
}

TEST(PathListTest, PathsAreBytes) {
  EXPECT_THAT(read_text("\xFF\xFE\r\n \n").value(), ElementsAre("\xFF\xFE\r", " "));
}

TEST(PathListTest, PathsMayCrossBlocks) {
  std::string text;
  std::vector<std::string> expected;
  for (int index = 0; index < 30'000; ++index) {
    expected.push_back("/pictures/" + std::to_string(index * 7919));
    text += expected.back() + '\n';
  }
  EXPECT_EQ(read_text(text).value(), expected);
}

TEST(PathListTest, AZeroByteFarDownAListOfLinesIsAMistake) {
  std::string text;
  for (int index = 0; index < 20'000; ++index) {
    text += "lines\n";
  }
  EXPECT_EQ(read_text(text + "a\0b\n"s).error().code, ErrorCode::kInvalidArgument);
}

TEST(PathListTest, EachLimitLimits) {
  EXPECT_TRUE(read_text("a\nb\n", {.max_paths = 2}).has_value());
  EXPECT_EQ(read_text("a\nb\nc", {.max_paths = 2}).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(read_text("abc\n", {.max_path = Bytes{3}}).has_value());
  EXPECT_EQ(read_text("abcd\n", {.max_path = Bytes{3}}).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(read_text("ab\ncd", {.max_total = Bytes{4}}).has_value());
  EXPECT_EQ(read_text("ab\ncde", {.max_total = Bytes{4}}).error().code, ErrorCode::kTooLarge);
}

TEST(PathListTest, ReadsAPipeThatIsWrittenInPieces) {
  Pipe pipe;
  std::jthread writer{[in = std::move(pipe.in)] {
    for (const char* piece : {"/a", "/b.jpg\n/", "c.jpg", "\n"}) {
      EXPECT_TRUE(write_all(in, std::as_bytes(std::span{std::string_view{piece}}), "pipe"));
    }
  }};
  EXPECT_THAT(read_path_list(pipe.out.value(), {}, {}).value(), ElementsAre("/a/b.jpg", "/c.jpg"));
}

TEST(PathListTest, AStopIsSeenWhileNobodyWrites) {
  const Pipe pipe;  // the writing end stays open: a terminal where nothing is typed
  std::stop_source stop;
  std::jthread stopper{[&stop] { stop.request_stop(); }};
  EXPECT_EQ(read_path_list(pipe.out.value(), {}, stop.get_token()).error().code,
            ErrorCode::kCancelled);
}

TEST(PathListTest, AClosedDescriptorIsIo) {
  EXPECT_EQ(read_path_list(-7, {}, {}).error().code, ErrorCode::kIo);
  const int closed = ::dup(STDERR_FILENO);
  ::close(closed);
  EXPECT_EQ(read_path_list(closed, {}, {}).error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace albumen
