// SPDX-License-Identifier: Apache-2.0
// Opening a library: what is refused and in which words, and who may write.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "library/internal/schema.h"
#include "library/library.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Permissions do not bind root, so what needs them runs in a child process of another user.
int exit_code_as_nobody(const std::string& folder, const std::function<bool()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    const bool dropped = ::geteuid() != 0 || ::setuid(kNobody) == 0;
    ::_exit(dropped && ::chdir(folder.c_str()) == 0 && body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(LibraryOpenTest, ReadingNeedsALibrary) {
  const TemporaryDirectory folder;
  EXPECT_EQ(code_of(Library::open(folder / "none.db", {})), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(Library::open(folder / "none/none.db", {})), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(Library::open(folder.path(), {})), ErrorCode::kStoreFailed);
  const std::string empty = folder.write("empty.db", "");
  EXPECT_EQ(code_of(Library::open(empty, {})), ErrorCode::kUnsupported);
  const auto library = open_for_test(folder / "library.db");
  const auto reader = must(Library::open(folder / "library.db", {}));
  EXPECT_EQ(code_of(reader->writer()), ErrorCode::kInvalidArgument);
}

TEST(LibraryOpenTest, WritingNeedsItsFolder) {
  const TemporaryDirectory folder;
  const auto result = Library::open(folder / "none/library.db", for_writing());
  EXPECT_EQ(code_of(result), ErrorCode::kStoreFailed);
  EXPECT_THAT(message_of(result), HasSubstr("no folder"));
  EXPECT_EQ(code_of(Library::open("", for_writing())), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(Library::open(folder.path(), for_writing())), ErrorCode::kStoreFailed);
}

TEST(LibraryOpenTest, AnEmptyFileBecomesALibrary) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder.write("library.db", ""));
  EXPECT_EQ(must(library->counts()).files, 0);
}

TEST(LibraryOpenTest, WhatIsNoLibraryIsRefusedAndLeftAlone) {
  const TemporaryDirectory folder;
  std::string text;
  while (text.size() < 9000) {
    text += "this is no database\n";
  }
  const std::string path = folder.write("library.db", text);
  for (const LibraryMode mode : {LibraryMode::kRead, LibraryMode::kWrite}) {
    const auto result = Library::open(path, {.mode = mode});
    EXPECT_EQ(code_of(result), ErrorCode::kStoreFailed);
    EXPECT_THAT(message_of(result), HasSubstr("no SQLite database"));
  }
  EXPECT_EQ(must(read_small_file(path, kMiB)), text);
}

TEST(LibraryOpenTest, AnotherProgramsDatabaseIsRefused) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  {
    auto connection = must(store::Connection::open(path, store::Access::kReadWriteCreate));
    must(connection->execute("CREATE TABLE theirs (a)"));
  }
  for (const LibraryMode mode : {LibraryMode::kRead, LibraryMode::kWrite}) {
    const auto result = Library::open(path, {.mode = mode});
    EXPECT_EQ(code_of(result), ErrorCode::kStoreFailed);
    EXPECT_THAT(message_of(result), HasSubstr("another program"));
  }
}

TEST(LibraryOpenTest, ANewerSchemaIsRefused) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  open_for_test(path).reset();
  tamper(path, "PRAGMA user_version = 77");
  for (const LibraryMode mode : {LibraryMode::kRead, LibraryMode::kWrite}) {
    const auto result = Library::open(path, {.mode = mode});
    EXPECT_EQ(code_of(result), ErrorCode::kUnsupported);
    EXPECT_THAT(message_of(result), AllOf(HasSubstr("newer albumen"), HasSubstr("77")));
  }
}

TEST(LibraryOpenTest, AnotherEncodingIsRefused) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  {
    auto connection = must(store::Connection::open(path, store::Access::kReadWriteCreate));
    must(
        connection->execute("PRAGMA encoding = 'UTF-16le'; PRAGMA application_id = 1097622093; "
                            "CREATE TABLE a (b)"));
  }
  EXPECT_THAT(message_of(Library::open(path, for_writing())), HasSubstr("UTF-8"));
}

TEST(LibraryOpenTest, ASecondWriterLearnsWhoTheFirstIs) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  OpenOptions options = for_writing();
  options.command = "albumen index /photos";
  auto first = open_for_test(path, options);
  const auto second = Library::open(path, for_writing());
  EXPECT_EQ(code_of(second), ErrorCode::kUnavailable);
  EXPECT_THAT(message_of(second),
              AllOf(HasSubstr("in use by process " + std::to_string(::getpid())),
                    HasSubstr("albumen index /photos, since ")));
  // Under another name it is the same library.
  std::filesystem::create_symlink(path, folder / "link.db");
  EXPECT_EQ(code_of(Library::open(folder / "link.db", for_writing())), ErrorCode::kUnavailable);
  EXPECT_TRUE(Library::open(path, {}).has_value());
  first.reset();
  EXPECT_TRUE(Library::open(path, for_writing()).has_value());
}

TEST(LibraryOpenTest, ASecondWriterWaitsAsAsked) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  auto first = open_for_test(path);
  std::thread waiter{[&] {
    OpenOptions options = for_writing();
    options.wait_for_lock = std::chrono::minutes{4};
    EXPECT_TRUE(Library::open(path, options).has_value());
  }};
  std::this_thread::sleep_for(std::chrono::milliseconds{20});
  first.reset();
  waiter.join();
}

TEST(LibraryOpenTest, WaitingEndsWhenStopped) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  const auto first = open_for_test(path);
  std::stop_source stop;
  OpenOptions options = for_writing();
  options.wait_for_lock = std::chrono::hours{1};
  options.stop = stop.get_token();
  stop.request_stop();
  EXPECT_EQ(code_of(Library::open(path, options)), ErrorCode::kCancelled);
}

TEST(LibraryOpenTest, AReadOnlyFileIsReadAndNotWritten) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  {
    const auto library = open_for_test(path);
    must(must(library->writer())->submit(made_up_result(1)));
  }
  ::chmod(folder.path().c_str(), 0755);
  ::chmod(path.c_str(), 0444);
  EXPECT_EQ(exit_code_as_nobody(folder.path(),
                                [&] {
                                  const auto result = Library::open(path, for_writing());
                                  return !result &&
                                         result.error().code == ErrorCode::kStoreFailed &&
                                         result.error().message.contains("read-only");
                                }),
            0);
  EXPECT_EQ(exit_code_as_nobody(folder.path(),
                                [&] {
                                  const auto library = Library::open(path, {});
                                  return library && rows_of(**library).size() == 1;
                                }),
            0);
}

TEST(LibraryOpenTest, AReadOnlyFolderIsNamed) {
  const TemporaryDirectory folder;
  ::chmod(folder.path().c_str(), 0555);
  EXPECT_EQ(exit_code_as_nobody(folder.path(),
                                [&] {
                                  const auto result =
                                      Library::open(folder / "library.db", for_writing());
                                  return !result && result.error().code == ErrorCode::kStoreFailed;
                                }),
            0);
  ::chmod(folder.path().c_str(), 0755);
}

TEST(LibraryOpenTest, AnOlderSchemaIsMigratedByWritersAndRefusedByReaders) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  open_for_test(path).reset();
  tamper(path, "PRAGMA user_version = 0");
  EXPECT_EQ(code_of(Library::open(path, {})), ErrorCode::kUnsupported);
  // Version 0 was never released, so there is no way from it.
  EXPECT_EQ(code_of(Library::open(path, for_writing())), ErrorCode::kStoreFailed);
}

}  // namespace
}  // namespace albumen
