// SPDX-License-Identifier: Apache-2.0
#include "files/file.h"

#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <filesystem>
#include <gtest/gtest.h>
#include <iterator>
#include <signal.h>
#include <span>
#include <stop_token>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/stop.h"
#include "core/units.h"
#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

std::size_t entries_in(const TemporaryDirectory& folder) {
  const std::filesystem::directory_iterator first{folder.path()};
  return static_cast<std::size_t>(std::distance(first, {}));
}

TEST(FileTest, ReadsBackWhatAnAtomicFileWrote) {
  const TemporaryDirectory folder;
  auto file = AtomicFile::create(folder / "a.txt").value();
  ASSERT_TRUE(file.write("hello ").has_value());
  ASSERT_TRUE(file.write("world").has_value());
  EXPECT_FALSE(std::filesystem::exists(folder / "a.txt")) << "not before the commit";
  ASSERT_TRUE(file.commit().has_value());
  EXPECT_EQ(read_small_file(folder / "a.txt", kKiB).value(), "hello world");
  EXPECT_EQ(entries_in(folder), 1U);
}

TEST(FileTest, AnAbandonedAtomicFileLeavesTheOldOneAndNoTrace) {
  const TemporaryDirectory folder;
  folder.write("a.txt", "old");
  {
    auto file = AtomicFile::create(folder / "a.txt").value();
    ASSERT_TRUE(file.write("new").has_value());
  }
  EXPECT_EQ(read_small_file(folder / "a.txt", kKiB).value(), "old");
  EXPECT_EQ(entries_in(folder), 1U);
}

TEST(FileTest, AnAtomicFileIsKeptInAFolderOfItsOwnersUntilItIsWhole) {
  const TemporaryDirectory folder;
  ASSERT_TRUE(make_directories(folder / "scratch").has_value());
  auto file = AtomicFile::create_in(folder / "scratch", folder / "a.txt").value();
  ASSERT_TRUE(file.write("whole").has_value());
  EXPECT_EQ(entries_in(folder), 1U) << "the folder alone";
  ASSERT_TRUE(file.commit().has_value());
  EXPECT_EQ(read_small_file(folder / "a.txt", kKiB).value(), "whole");
  EXPECT_TRUE(std::filesystem::is_empty(folder / "scratch"));
}

// The umask was read by setting it to zero: files of other threads were writable by everybody, and
// two threads at once could leave the process so.
TEST(FileTest, FilesOfManyThreadsHaveTheModeOfAnOrdinaryFile) {
  const TemporaryDirectory folder;
  const mode_t before = ::umask(027);
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&folder, thread] {
        for (int number = 0; number < 100; ++number) {
          const std::string path = folder / (std::to_string(thread) + "-" + std::to_string(number));
          EXPECT_TRUE(AtomicFile::create(path).value().commit_unsynced().has_value());
        }
      });
    }
  }
  EXPECT_EQ(::umask(before), 027U);
  EXPECT_EQ(entries_in(folder), 400U);
  for (const auto& entry : std::filesystem::directory_iterator{folder.path()}) {
    struct stat status{};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0640U) << entry.path();
  }
}

TEST(FileTest, AtomicFileInAMissingFolderNamesThePath) {
  const auto file = AtomicFile::create("/nowhere-at-all/a.txt");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code, ErrorCode::kNotFound);
  EXPECT_NE(file.error().message.find("/nowhere-at-all/a.txt"), std::string::npos);
}

TEST(FileTest, WritingPastAFileSizeLimitIsAnErrorNotASignal) {
  const TemporaryDirectory folder;
  auto file = AtomicFile::create(folder / "big").value();
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  rlimit small = old;
  small.rlim_cur = 1024;
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::vector<std::byte> much(4096);
  const auto written = file.write(much);
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
}

TEST(FileTest, WhatIsNoRegularFileIsRefusedWithoutWaiting) {
  const TemporaryDirectory folder;
  const std::string fifo = folder / "fifo.jpg";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string& path : {fifo, folder.path(), std::string{"/dev/null"}}) {
    const auto opened = open_for_reading(path);
    ASSERT_FALSE(opened.has_value()) << path;
    EXPECT_EQ(opened.error().code, ErrorCode::kUnsupported) << to_string(opened.error());
  }
}

TEST(FileTest, OnlyRegularFilesHaveASize) {
  const TemporaryDirectory folder;
  const std::string file = folder.write("file", "four");
  EXPECT_EQ(regular_file_size(file), 4U);
  ASSERT_EQ(::symlink(file.c_str(), (folder / "link").c_str()), 0);
  for (const std::string& path : {folder / "link", folder.path(), folder / "none"}) {
    EXPECT_EQ(regular_file_size(path), std::nullopt) << path;
  }
}

TEST(FileTest, MissingFilesAreNotFound) {
  const TemporaryDirectory folder;
  EXPECT_EQ(open_for_reading(folder / "none").error().code, ErrorCode::kNotFound);
  const std::string below_a_file = folder.write("file", "x") + "/below";
  EXPECT_EQ(open_for_reading(below_a_file).error().code, ErrorCode::kNotFound);
}

TEST(FileTest, AFileThatShrankIsTruncated) {
  const TemporaryDirectory folder;
  const std::string path = folder.write("a", "12345678");
  const auto file = open_for_reading(path).value();
  ASSERT_EQ(::truncate(path.c_str(), 4), 0);
  std::vector<std::byte> bytes(8);
  const auto read = read_exactly(file, 0, bytes, path);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kTruncated);
}

TEST(FileTest, WhatIsLongIsReadInBlocksUntilAStop) {
  const TemporaryDirectory folder;
  std::string content(9'000'001, 'a');
  content[4'194'304] = 'b';  // the first byte of the second block
  content.back() = 'z';
  const std::string path = folder.write("a", content);
  const auto file = open_for_reading(path).value();
  std::string text(content.size() - 1, '\0');
  const auto bytes = std::as_writable_bytes(std::span{text});
  ASSERT_TRUE(read_exactly(file, 1, bytes, path, StopToken{}).has_value());
  EXPECT_EQ(text, content.substr(1));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(read_exactly(file, 0, bytes, path, stop.get_token()).error().code,
            ErrorCode::kCancelled);
}

TEST(FileTest, TheStampChangesWithTheFile) {
  const TemporaryDirectory folder;
  const std::string path = folder.write("a", "1234");
  const auto before = stamp_of(open_for_reading(path).value(), path).value();
  EXPECT_EQ(before.size_bytes, 4U);
  EXPECT_EQ(before, stamp_of(open_for_reading(path).value(), path).value());
  folder.write("a", "12345");
  EXPECT_NE(before, stamp_of(open_for_reading(path).value(), path).value());
}

TEST(FileTest, SmallFilesHaveALimit) {
  const TemporaryDirectory folder;
  const std::string path = folder.write("a", std::string(2000, 'x'));
  EXPECT_EQ(read_small_file(path, kKiB).error().code, ErrorCode::kTooLarge);
}

TEST(FileTest, DescriptorsMoveAndClose) {
  const TemporaryDirectory folder;
  FileDescriptor first = open_for_reading(folder.write("a", "x")).value();
  const int number = first.value();
  FileDescriptor second = std::move(first);
  EXPECT_FALSE(
      first.valid());  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): the point
  EXPECT_EQ(second.value(), number);
  second = FileDescriptor{};
  EXPECT_EQ(::fcntl(number, F_GETFD), -1) << "closed";
}

}  // namespace
}  // namespace albumen
