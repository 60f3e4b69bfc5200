// SPDX-License-Identifier: Apache-2.0
#include "files/lock_file.h"

#include <csignal>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files/testing/temporary_directory.h"

namespace albumen {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(LockFileTest, OneHolderAtATime) {
  const TemporaryDirectory folder;
  const std::string path = folder / "a.lock";
  {
    const auto first = LockFile::acquire(path, "first\ncommand 100%", {}).value();
    const auto second = LockFile::acquire(path, "second", {});
    EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(second.error().message, AllOf(HasSubstr("process " + std::to_string(::getpid())),
                                              HasSubstr("first command 100")));
    // Having been refused changes nothing.
    EXPECT_THAT(LockFile::acquire(path, "third", {}).error().message, HasSubstr("first command"));
  }
  EXPECT_EQ(std::filesystem::file_size(path), 0);
  EXPECT_TRUE(LockFile::acquire(path, "fourth", {}).has_value());
}

TEST(LockFileTest, ALockDiesWithItsProcess) {
  const TemporaryDirectory folder;
  const std::string path = folder / "a.lock";
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = LockFile::acquire(path, "child", {});
    const char held = lock ? 'y' : 'n';
    static_cast<void>(::write(ends.at(1), &held, 1));
    ::pause();
    ::_exit(0);
  }
  char held = 0;
  ASSERT_EQ(::read(ends.at(0), &held, 1), 1);
  EXPECT_EQ(held, 'y');
  EXPECT_THAT(LockFile::acquire(path, "parent", {}).error().message,
              HasSubstr("process " + std::to_string(child)));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(LockFile::acquire(path, "parent", {}).has_value());
  ::close(ends.at(0));
  ::close(ends.at(1));
}

TEST(LockFileTest, WhatItSaysIsNotTrusted) {
  const TemporaryDirectory folder;
  const std::string path = folder / "a.lock";
  const auto lock = LockFile::acquire(path, "holder", {}).value();
  folder.write("a.lock", std::string(5000, '\x1B'));
  const std::string message = LockFile::acquire(path, "other", {}).error().message;
  EXPECT_THAT(message, Not(HasSubstr("\x1B")));
  EXPECT_LT(message.size(), 2000);
}

TEST(LockFileTest, NoFolderNoLock) {
  const TemporaryDirectory folder;
  EXPECT_EQ(LockFile::acquire(folder / "none/a.lock", "x", {}).error().code, ErrorCode::kIo);
  // A link could lead to a file that locking would empty.
  const std::string precious = folder.write("precious", "content");
  std::filesystem::create_symlink(precious, folder / "link.lock");
  EXPECT_EQ(LockFile::acquire(folder / "link.lock", "x", {}).error().code, ErrorCode::kIo);
  EXPECT_EQ(read_small_file(precious, kKiB).value(), "content");
}

}  // namespace
}  // namespace albumen
