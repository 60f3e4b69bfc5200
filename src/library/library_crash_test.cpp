// SPDX-License-Identifier: Apache-2.0
// Killed at any moment, a library opens again, is whole, and holds everything that was flushed.
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "library/library.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

// Writes results from `first` on and tells `acknowledged` how many there are after each flush,
// until it is killed. In a process of its own.
[[noreturn]] void write_until_killed(const std::string& path, std::uint64_t first,
                                     int acknowledged) {
  auto library = Library::open(path, for_writing());
  if (!library) {
    ::_exit(1);
  }
  LibraryWriter* const writer = *(*library)->writer();
  std::mt19937_64 random{first};
  std::uint64_t next = first;
  for (;;) {
    const std::uint64_t batch = 1 + random() % 60;
    for (std::uint64_t index = 0; index < batch; ++index, ++next) {
      if (!writer->submit(made_up_result(next))) {
        ::_exit(2);
      }
    }
    if (!writer->flush() || ::write(acknowledged, &next, sizeof next) != sizeof next) {
      ::_exit(3);
    }
  }
}

std::uint64_t last_number_from(int pipe_end, std::uint64_t otherwise) {
  std::uint64_t number = otherwise;
  std::uint64_t value = 0;
  while (::read(pipe_end, &value, sizeof value) == sizeof value) {
    number = value;
  }
  return number;
}

TEST(LibraryCrashTest, EverythingFlushedSurvivesKill) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  std::mt19937 random{7};
  std::uint64_t next = 0;
  for (int round = 0; round < 20; ++round) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends.at(0));
      write_until_killed(path, next, ends.at(1));
    }
    ::close(ends.at(1));
    // Every other time it has got somewhere first, however slow the machine; the other times it
    // may still be making the file.
    std::uint64_t acknowledged = next;
    if (round % 2 == 0) {
      ASSERT_EQ(::read(ends.at(0), &acknowledged, sizeof acknowledged), sizeof acknowledged);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{random() % 80});
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
    acknowledged = last_number_from(ends.at(0), acknowledged);
    ::close(ends.at(0));

    if (acknowledged > 0) {
      EXPECT_TRUE(Library::open(path, {}).has_value()) << "for reading, before any writer came";
    }
    // The lock went with the process.
    const auto library = open_for_test(path);
    EXPECT_THAT(must(library->integrity_check({})), testing::IsEmpty());
    for (std::uint64_t seed = next; seed < acknowledged; ++seed) {
      ASSERT_EQ(must(library->known_picture(digest_of(seed), all_ids())).done, 0b111) << seed;
    }
    next = acknowledged;
  }
  EXPECT_GT(next, 0);
}

}  // namespace
}  // namespace albumen
