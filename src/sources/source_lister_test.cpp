// SPDX-License-Identifier: Apache-2.0
#include "sources/source_lister.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <set>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files/testing/temporary_directory.h"
#include "sources/testing/collect_events.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SourceListerTest : public ::testing::Test {
 protected:
  // Lists the folder; entries as paths relative to it.
  std::vector<std::string> list(SourceOptions options = {}) {
    events_ = collect_events({folder_.path()}, std::move(options));
    return relative_names();
  }

  std::vector<std::string> relative_names() const {
    std::vector<std::string> names;
    for (const std::string& name : events_.names()) {
      names.push_back(name.substr(folder_.path().size() + 1));
    }
    return names;
  }

  std::string only_problem(ErrorCode code) const {
    EXPECT_THAT(events_.problems, SizeIs(1));
    if (events_.problems.empty()) {
      return {};
    }
    EXPECT_EQ(events_.problems[0].error.code, code) << events_.problems[0].error.message;
    return events_.problems[0].error.message;
  }

  std::string only_skip() const {
    EXPECT_THAT(events_.skips, SizeIs(1));
    return events_.skips.empty() ? std::string{} : events_.skips[0].reason;
  }

  std::string archive() const {
    ZipWriter writer;
    writer.add({.name = "in.jpg", .content = "x"});
    return writer.finish();
  }

  TemporaryDirectory folder_;
  CollectedEvents events_;
};

TEST_F(SourceListerTest, ListsFilesByTheirBytesThenFolders) {
  for (const char* name : {"b.jpg", "B.jpg", "a10", "a9", "m/x", "m/sub/y", "c/z", "\xC3\xA9"}) {
    folder_.write(name, "x");
  }
  EXPECT_THAT(list(),
              ElementsAre("B.jpg", "a10", "a9", "b.jpg", "\xC3\xA9", "c/z", "m/x", "m/sub/y"));
  EXPECT_THAT(events_.problems, IsEmpty());
  EXPECT_THAT(events_.skips, IsEmpty());
}

TEST_F(SourceListerTest, AnEntryCarriesTheStampOfItsFile) {
  const std::string path = folder_.write("a.jpg", "12345");
  list();
  const auto file = open_for_reading(path).value();
  ASSERT_THAT(events_.entries, SizeIs(1));
  EXPECT_EQ(events_.entries[0].stamp, stamp_of(file, path).value());
  EXPECT_EQ(events_.entries[0].encoded_size, Bytes{5});
  EXPECT_EQ(events_.entries[0].reading_bytes(), Bytes{5});
  EXPECT_EQ(events_.entries[0].name(), path);
}

TEST_F(SourceListerTest, FindsWhatTheStandardLibraryFinds) {
  std::mt19937 random{3};
  for (int index = 0; index < 400; ++index) {
    std::string name;
    for (unsigned depth = 0; depth < random() % 5; ++depth) {
      name += fmt::format("d{}/", random() % 4);
    }
    folder_.write(fmt::format("{}f{}", name, random() % 1000), "x");
  }
  std::set<std::string> expected;
  for (const auto& entry : fs::recursive_directory_iterator{folder_.path()}) {
    if (entry.is_regular_file()) {
      expected.insert(entry.path().native());
    }
  }
  list();
  auto names = events_.names();
  std::ranges::sort(names);
  EXPECT_THAT(names, ElementsAreArray(expected));
}

TEST_F(SourceListerTest, TheOrderDependsOnNamesAloneNotOnTheOrderOfCreation) {
  const TemporaryDirectory other;
  std::vector<std::string> names;
  for (int index = 0; index < 300; ++index) {
    names.push_back(fmt::format("d{}/{}", index % 7, index * 7919 % 1000));
  }
  for (const auto& name : names) {
    folder_.write(name, "x");
  }
  std::shuffle(names.begin(), names.end(), std::mt19937{1});
  for (const auto& name : names) {
    other.write(name, "x");
  }
  const auto here = list();
  const auto there = collect_events({other.path()}).names();
  ASSERT_EQ(here.size(), there.size());
  for (std::size_t index = 0; index < here.size(); ++index) {
    EXPECT_EQ(other / here[index], there[index]);
  }
}

TEST_F(SourceListerTest, ThePathGivenTwiceIsListedOnce) {
  const std::string path = folder_.write("sub/a.jpg", "x");
  folder_.write("b.jpg", "x");
  events_ = collect_events(
      {folder_.path(), folder_.path() + "/", folder_ / "./sub/../", path, folder_ / "sub", path});
  EXPECT_THAT(relative_names(), ElementsAre("b.jpg", "sub/a.jpg"));
  EXPECT_THAT(events_.skips, IsEmpty());
  EXPECT_THAT(events_.problems, IsEmpty());
}

TEST_F(SourceListerTest, RelativeSourcesBecomeAbsolute) {
  folder_.write("a.jpg", "x");
  const auto before = fs::current_path();
  fs::current_path(folder_.path());
  events_ = collect_events({".", "./a.jpg"});
  fs::current_path(before);
  ASSERT_THAT(events_.entries, SizeIs(1));
  EXPECT_TRUE(events_.entries[0].path.starts_with('/'));
}

TEST_F(SourceListerTest, EmptyPathsAndZeroBytesAreTheCallersMistake) {
  EXPECT_EQ(SourceLister::create({""}, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(SourceLister::create({std::string{"a\0b", 3}}, {}).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(SourceLister::create({"."}, {.excludes = {""}}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_F(SourceListerTest, AMissingSourceIsAProblemAndTheRestGoesOn) {
  const std::string path = folder_.write("a.jpg", "x");
  events_ = collect_events({folder_ / "gone", path});
  EXPECT_THAT(only_problem(ErrorCode::kNotFound), HasSubstr("gone"));
  EXPECT_THAT(events_.entries, SizeIs(1));
}

TEST_F(SourceListerTest, SkipsHiddenAndMetadataButNotWhenNamed) {
  for (const char* name : {".hidden.jpg", "._a.jpg", ".albumen/library.db", "__MACOSX/a",
                           ".DS_Store", "Thumbs.db", "desktop.ini", "a.jpg"}) {
    folder_.write(name, "x");
  }
  EXPECT_THAT(list(), ElementsAre("a.jpg"));
  EXPECT_THAT(events_.skips, SizeIs(7));
  events_ = collect_events({folder_ / ".hidden.jpg", folder_ / ".albumen"});
  EXPECT_THAT(relative_names(), ElementsAre(".hidden.jpg", ".albumen/library.db"));
}

TEST_F(SourceListerTest, ExcludedFoldersAreNotEntered) {
  for (const char* name : {"a.jpg", "a.tmp", "cache/b.jpg", "deep/cache/c.jpg", "deep/d.jpg"}) {
    folder_.write(name, "x");
  }
  EXPECT_THAT(list({.excludes = {"cache/", "*.tmp"}}), ElementsAre("a.jpg", "deep/d.jpg"));
  ASSERT_THAT(events_.skips, SizeIs(3));
  for (const auto& skip : events_.skips) {
    EXPECT_EQ(skip.reason, "excluded");
  }
  EXPECT_THAT(list({.excludes = {"deep/*"}}), ElementsAre("a.jpg", "a.tmp", "cache/b.jpg"));
}

// A person's folder that was named was indexed, and its contact sheet was a photograph of
// everybody.
TEST_F(SourceListerTest, AnExportIsLeftOutAndOneThatIsNamedIsLeftOutOrHasPicturesOnly) {
  for (const char* name :
       {"a.jpg", "contact-sheet.png", "people/Ada/a.jpg", "people/Ada/contact-sheet.png",
        "people/Ada/contact-sheet-2.png", "people/Ada/.albumen-export"}) {
    folder_.write(name, "x");
  }
  EXPECT_THAT(list(), ElementsAre("a.jpg", "contact-sheet.png"));
  EXPECT_EQ(only_skip(), "written by albumen people export");
  events_ = collect_events({folder_ / "people/Ada"}, {.named_exports = NamedExports::kLeaveOut});
  EXPECT_THAT(relative_names(), IsEmpty());
  EXPECT_EQ(only_skip(), "written by albumen people export");
  events_ = collect_events({folder_ / "people/Ada"});
  EXPECT_THAT(relative_names(), ElementsAre("people/Ada/a.jpg"));
  const auto sheets = std::ranges::count(events_.skips, "contact sheet of albumen people export",
                                         &SourceSkip::reason);
  EXPECT_EQ(sheets, 2);
}

TEST_F(SourceListerTest, ADirectoryCalledLikeAPictureIsWalked) {
  folder_.write("x.jpg/a.jpg", "x");
  EXPECT_THAT(list(), ElementsAre("x.jpg/a.jpg"));
}

TEST_F(SourceListerTest, NamesThatAreNotUtf8SurviveAsBytes) {
  folder_.write("\xFF\xE9\x80.jpg", "x");
  EXPECT_THAT(list(), ElementsAre("\xFF\xE9\x80.jpg"));
  EXPECT_THAT(events_.entries.at(0).name(), HasSubstr("%ff%e9%80.jpg"));
}

// `depth` folders of one name inside each other, with an empty file in the last.
void make_deep_tree(const std::string& root, const std::string& name, int depth) {
  FileDescriptor folder{::open(root.c_str(), O_RDONLY | O_DIRECTORY)};
  for (int level = 0; level < depth; ++level) {
    ASSERT_EQ(::mkdirat(folder.value(), name.c_str(), 0700), 0);
    folder = FileDescriptor{::openat(folder.value(), name.c_str(), O_RDONLY | O_DIRECTORY)};
  }
  const FileDescriptor file{::openat(folder.value(), "a.jpg", O_WRONLY | O_CREAT, 0600)};
  ASSERT_TRUE(file.valid());
}

TEST_F(SourceListerTest, ADeepTreeNeedsOneDescriptor) {
  make_deep_tree(folder_.path(), "d", 200);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &old), 0);
  rlimit few = old;
  few.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_THAT(list(), SizeIs(1));
  ::setrlimit(RLIMIT_NOFILE, &old);
}

TEST_F(SourceListerTest, ATreeTooDeepForAPathIsAProblem) {
  make_deep_tree(folder_.path(), std::string(200, 'd'), 25);  // the system's limit is 4096 bytes
  folder_.write("b.jpg", "x");
  EXPECT_THAT(list(), ElementsAre("b.jpg"));
  EXPECT_THAT(only_problem(ErrorCode::kIo), HasSubstr("File name too long"));
}

// What is neither file nor folder.

TEST_F(SourceListerTest, AFifoIsAProblemAndNobodyWaitsForIt) {
  ASSERT_EQ(::mkfifo((folder_ / "a.jpg").c_str(), 0600), 0);
  list();
  EXPECT_THAT(only_problem(ErrorCode::kUnsupported), HasSubstr("FIFO"));
  events_ = collect_events({folder_ / "a.jpg"});
  EXPECT_THAT(only_problem(ErrorCode::kUnsupported), HasSubstr("FIFO"));
}

TEST_F(SourceListerTest, ADeviceBehindALinkIsAProblem) {
  fs::create_symlink("/dev/zero", folder_ / "a.jpg");
  list();
  EXPECT_THAT(only_problem(ErrorCode::kUnsupported), HasSubstr("device"));
}

TEST_F(SourceListerTest, ASocketIsAProblem) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder_ / "s";
  ASSERT_LT(path.size(), sizeof(address.sun_path));
  std::ranges::copy(path, address.sun_path);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ::close(fd);
  list();
  EXPECT_THAT(only_problem(ErrorCode::kUnsupported), HasSubstr("socket"));
}

// Links.

TEST_F(SourceListerTest, LinksToFilesAreFollowed) {
  const TemporaryDirectory other;
  fs::create_symlink(other.write("real.jpg", "12345"), folder_ / "link.jpg");
  EXPECT_THAT(list(), ElementsAre("link.jpg"));
  EXPECT_EQ(events_.entries.at(0).encoded_size, Bytes{5});
}

TEST_F(SourceListerTest, ALinkToNothingIsAProblem) {
  fs::create_symlink("nowhere", folder_ / "a.jpg");
  list();
  EXPECT_THAT(only_problem(ErrorCode::kNotFound), HasSubstr("symbolic link to nothing"));
}

TEST_F(SourceListerTest, LinksThatPointAtEachOtherAreProblems) {
  fs::create_symlink("b", folder_ / "a");
  fs::create_symlink("a", folder_ / "b");
  list();
  ASSERT_THAT(events_.problems, SizeIs(2));
  EXPECT_EQ(events_.problems[0].error.code, ErrorCode::kIo);
}

TEST_F(SourceListerTest, ALinkToAFolderAboveDoesNotLoop) {
  folder_.write("sub/a.jpg", "x");
  fs::create_symlink("..", folder_ / "sub/up");
  EXPECT_THAT(list(), ElementsAre("sub/a.jpg"));
  EXPECT_EQ(only_skip(), "folder already listed under another name");
}

TEST_F(SourceListerTest, ALinkNeverTakesThePlaceOfItsTarget) {
  folder_.write("z/a.jpg", "x");
  fs::create_directory_symlink("z", folder_ / "a-link");
  EXPECT_THAT(list(), ElementsAre("z/a.jpg"));
  EXPECT_EQ(only_skip(), "folder already listed under another name");
}

TEST_F(SourceListerTest, ALinkedFolderOutsideIsWalkedOnce) {
  const TemporaryDirectory other;
  other.write("deep/a.jpg", "x");
  fs::create_directory_symlink(other.path(), folder_ / "one");
  fs::create_directory_symlink(other.path(), folder_ / "two");
  EXPECT_THAT(list(), ElementsAre("one/deep/a.jpg"));
  EXPECT_THAT(events_.skips, SizeIs(1));
}

TEST_F(SourceListerTest, ALadderOfLinksIsWalkedInTheTimeOfItsFolders) {
  // Story: each step holds two links to the next; by path there are 2^30 ways down.
  for (int step = 0; step < 30; ++step) {
    const std::string here = std::to_string(step);
    fs::create_directory(folder_ / here);
    fs::create_directory_symlink(folder_ / std::to_string(step + 1), folder_ / (here + "/a"));
    fs::create_directory_symlink(folder_ / std::to_string(step + 1), folder_ / (here + "/b"));
  }
  folder_.write("30/end.jpg", "x");
  events_ = collect_events({folder_ / "0"});
  EXPECT_THAT(events_.entries, SizeIs(1));
}

// Archives among the sources.

TEST_F(SourceListerTest, AnArchiveIsReadWhenNamedAndSkippedWhenMet) {
  const std::string path = folder_.write("a.zip", archive());
  folder_.write("not-really.zip", "a picture, say");
  EXPECT_THAT(list(), ElementsAre("not-really.zip"));
  EXPECT_EQ(only_skip(), "archive: name it as a source to read it");
  events_ = collect_events({folder_.path(), path});
  EXPECT_THAT(events_.names(), ElementsAre(folder_ / "not-really.zip", "in.jpg"));
  EXPECT_THAT(events_.skips, IsEmpty()) << "the walk leaves it to its own source";
}

TEST_F(SourceListerTest, AnArchiveIsKnownByItsContentNotItsName) {
  events_ = collect_events({folder_.write("holiday.jpg", archive())});
  EXPECT_THAT(events_.names(), ElementsAre("in.jpg"));
}

TEST_F(SourceListerTest, ABrokenArchiveIsOneProblemAndTheRestGoesOn) {
  const std::string broken = folder_.write("a.zip", archive().substr(0, 40));
  const std::string good = folder_.write("b.zip", archive());
  events_ = collect_events({broken, good});
  only_problem(ErrorCode::kTruncated);
  EXPECT_THAT(events_.names(), ElementsAre("in.jpg"));
}

// The world changes, or does not let us in.

TEST_F(SourceListerTest, AFileThatVanishesWhileItsFolderIsListedIsAProblem) {
  folder_.write("a.jpg", "x");
  const std::string later = folder_.write("b.jpg", "x");
  auto lister = SourceLister::create({folder_.path()}, {}).value();
  events_.add(lister.next({}).value());
  fs::remove(later);
  events_.add(lister.next({}).value());
  EXPECT_THAT(only_problem(ErrorCode::kNotFound), HasSubstr("b.jpg"));
  EXPECT_FALSE(lister.next({}).has_value());
}

TEST_F(SourceListerTest, AFolderReplacedByALinkIsNotFollowedUnseen) {
  folder_.write("a.jpg", "x");
  folder_.write("sub/b.jpg", "x");
  auto lister = SourceLister::create({folder_.path()}, {}).value();
  events_.add(lister.next({}).value());
  fs::remove_all(folder_ / "sub");
  fs::create_directory_symlink("/etc", folder_ / "sub");
  while (auto event = lister.next({})) {
    events_.add(std::move(*event));
  }
  EXPECT_THAT(events_.entries, SizeIs(1));
  EXPECT_THAT(events_.problems, SizeIs(1));
}

TEST_F(SourceListerTest, AStopEndsTheListing) {
  folder_.write("a.jpg", "x");
  std::stop_source stop;
  auto lister =
      SourceLister::create({folder_.path(), folder_.write("b.zip", archive())}, {}).value();
  stop.request_stop();
  EXPECT_FALSE(lister.next(stop.get_token()).has_value());
}

// In a child process without root's rights: lists `source` and gives the number of entries and of
// Io problems as the exit status, 10 * entries + problems; 99 when the rights cannot be dropped.
int list_without_rights(const std::string& source) {
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) {
      ::_exit(99);
    }
    const auto events = collect_events({source});
    const auto refused = std::ranges::count_if(events.problems, [](const SourceProblem& problem) {
      return problem.error.code == ErrorCode::kIo;
    });
    ::_exit(static_cast<int>(events.entries.size() * 10 + static_cast<std::size_t>(refused)));
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(SourceListerTest, AFolderThatMayNotBeReadIsAProblemAndTheRestGoesOn) {
  folder_.write("open/a.jpg", "x");
  folder_.write("shut/b.jpg", "x");
  fs::permissions(folder_.path(), fs::perms{0755});
  fs::permissions(folder_ / "shut", fs::perms::none);
  const int outcome = list_without_rights(folder_.path());
  fs::permissions(folder_ / "shut", fs::perms::owner_all);
  if (outcome == 99) {
    GTEST_SKIP() << "not run: this process is root and may not become another user";
  }
  EXPECT_EQ(outcome, 11);
}

TEST_F(SourceListerTest, AFileSourceThatMayNotBeReadIsAProblem) {
  const std::string path = folder_.write("a.jpg", "x");
  fs::permissions(folder_.path(), fs::perms{0755});
  fs::permissions(path, fs::perms::none);
  const int outcome = list_without_rights(path);
  if (outcome == 99) {
    GTEST_SKIP() << "not run: this process is root and may not become another user";
  }
  EXPECT_EQ(outcome, 1);
}

}  // namespace
}  // namespace albumen
