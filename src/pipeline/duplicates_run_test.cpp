// SPDX-License-Identifier: Apache-2.0
// Duplicates as a user of a library meets them: by file, exact ones apart from near ones.
#include "pipeline/duplicates_run.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>
#include <sys/stat.h>

#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DuplicatesRunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    library_ = open_for_test(folder_ / "library.db");
    begin_test_run(*library_);
  }

  // Where the pictures of the tests lie: their paths begin there.
  [[nodiscard]] std::string place(const std::string& path) const {
    return folder_.path() + "/pictures" + path;
  }

  [[nodiscard]] static FileStamp stamp_at(const std::string& path) {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return stamp_from(status);
  }

  // A file at `path` that holds the picture of `seed`; its hashes are random, so far from others.
  [[nodiscard]] PictureResult file_of(const std::string& path, std::uint64_t seed) const {
    PictureResult result = made_up_result(seed, 0);
    result.file.path = place(path);
    std::filesystem::create_directories(std::filesystem::path{result.file.path}.parent_path());
    if (!std::filesystem::exists(result.file.path)) {
      std::ofstream{result.file.path} << seed;
    }
    result.file.stamp = stamp_at(result.file.path);
    return result;
  }

  // Another picture whose hashes are those of `seed` but for `bits` bits of the pHash.
  [[nodiscard]] PictureResult like(const std::string& path, std::uint64_t seed, unsigned bits,
                                   Size size = {.width = 300, .height = 400}) const {
    PictureResult result = file_of(path, seed);
    result.picture->id = digest_of(seed * 1000 + bits);
    result.picture->size = size;
    for (std::uint64_t& phash : std::get<Hashes>(result.findings.at(0).second).phash) {
      phash ^= (std::uint64_t{1} << bits) - 1;
    }
    return result;
  }

  void add(const PictureResult& result) { must(must(library_->writer())->submit(result)); }

  DuplicatesReport looked_for(const DuplicatesQuery& query = {}) {
    must(must(library_->writer())->flush());
    return must(find_duplicates(*library_, query, {}));
  }

  std::vector<DuplicateFiles> found(const DuplicatesQuery& query = {}) {
    return looked_for(query).groups;
  }

  [[nodiscard]] std::string name_of(const DuplicateFile& file) const {
    return file.path.substr(place("").size()) + file.member;
  }

  [[nodiscard]] std::vector<std::string> paths_of(const DuplicateFiles& group) const {
    std::vector<std::string> paths{name_of(group.keeper)};
    for (const DuplicateFile& member : group.members) {
      paths.push_back(name_of(member));
    }
    return paths;
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Library> library_;
};

TEST_F(DuplicatesRunTest, FilesOfOnePictureAreExactWhereverTheyLie) {
  add(file_of("/b/copy.jpg", 1));
  add(file_of("/a/first.jpg", 1));
  auto in_archive = file_of("/c.zip", 1);
  in_archive.file.member = "inside.jpg";
  add(in_archive);
  add(file_of("/alone.jpg", 2));
  const auto groups = found();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].kind, DuplicateKind::kExact);
  EXPECT_THAT(paths_of(groups[0]), ElementsAre("/a/first.jpg", "/b/copy.jpg", "/c.zipinside.jpg"));
  EXPECT_EQ(groups[0].keeper.picture, digest_of(1));
}

TEST_F(DuplicatesRunTest, NearOnesKeepTheLargestAndSayHowFarTheOthersAre) {
  add(like("/small.jpg", 1, 4));
  add(file_of("/large.jpg", 1));  // 3000 x 4000
  add(like("/far.jpg", 1, 7));    // one bit beyond the limit
  const auto groups = found();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].kind, DuplicateKind::kNear);
  EXPECT_THAT(paths_of(groups[0]), ElementsAre("/large.jpg", "/small.jpg"));
  EXPECT_EQ(groups[0].members[0].phash_distance, 4);
  EXPECT_EQ(groups[0].members[0].dhash_distance, 0);
  EXPECT_EQ(groups[0].members[0].turn, 0U);
  EXPECT_EQ(found({.limits = {.phash = 7}, .roots = {}})[0].members.size(), 2U);
}

TEST_F(DuplicatesRunTest, CopiesTakePartInNearGroupsOnce) {
  add(file_of("/1.jpg", 1));
  add(file_of("/2.jpg", 1));
  add(like("/other.jpg", 1, 2));
  const auto groups = found();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].kind, DuplicateKind::kExact);
  EXPECT_THAT(paths_of(groups[0]), ElementsAre("/1.jpg", "/2.jpg"));
  EXPECT_EQ(groups[1].kind, DuplicateKind::kNear);
  EXPECT_THAT(paths_of(groups[1]), ElementsAre("/1.jpg", "/other.jpg"));
}

TEST_F(DuplicatesRunTest, RootsAreFoldersAndNotBeginningsOfNames) {
  add(file_of("/photos/1/a.jpg", 1));
  add(file_of("/photos/10/a.jpg", 1));
  add(file_of("/photos/10/b.jpg", 2));
  add(file_of("/photos/2/b.jpg", 2));
  const auto below = [&](const std::string& root) {
    std::vector<std::string> keepers;
    for (const DuplicateFiles& group : found({.limits = {}, .roots = {root}})) {
      keepers.push_back(name_of(group.keeper));
    }
    return keepers;
  };
  EXPECT_THAT(below(place("/photos/1")), ElementsAre("/photos/1/a.jpg"));
  EXPECT_THAT(below(place("/photos/2")), ElementsAre("/photos/10/b.jpg"))
      << "a member below is enough";
  EXPECT_THAT(below(place("/photos/2/b.jpg")), ElementsAre("/photos/10/b.jpg"));
  EXPECT_THAT(below("/"), ElementsAre("/photos/1/a.jpg", "/photos/10/b.jpg"));
}

// A mistyped source was told that it has no duplicates.
TEST_F(DuplicatesRunTest, ARootOfWhichTheLibraryKnowsNothingIsNamed) {
  add(file_of("/photos/a.jpg", 1));
  must(must(library_->writer())->flush());
  const DuplicatesQuery query{.limits = {}, .roots = {place("/photos"), place("/photo")}};
  const auto result = find_duplicates(*library_, query, {});
  EXPECT_EQ(code_of(result), ErrorCode::kNotFound);
  EXPECT_THAT(message_of(result), ::testing::HasSubstr(place("/photo") + ":"));
}

// After a folder was moved, the names that had gone were the keepers and the only copies left were
// the duplicates.
TEST_F(DuplicatesRunTest, AKeeperIsThereAndAFileThatIsGoneOrChangedIsInNoGroup) {
  for (const char* path : {"/1.jpg", "/2.jpg", "/3.jpg"}) {
    add(file_of(path, 1));
  }
  add(file_of("/a.jpg", 2));
  add(file_of("/b.jpg", 2));
  add(file_of("/large.jpg", 3));
  add(like("/small.jpg", 3, 4));
  EXPECT_EQ(found().size(), 3U);
  std::filesystem::remove(place("/1.jpg"));
  std::filesystem::rename(place("/a.jpg"), place("/elsewhere.jpg"));
  std::filesystem::remove(place("/large.jpg"));
  std::filesystem::create_directory(place("/large.jpg"));
  const auto gone = looked_for();
  ASSERT_EQ(gone.groups.size(), 1U);
  EXPECT_THAT(paths_of(gone.groups[0]), ElementsAre("/2.jpg", "/3.jpg"));
  EXPECT_EQ(gone.not_found, 3U);
  EXPECT_EQ(gone.changed, 0U);
  std::ofstream{place("/3.jpg")} << "another picture";
  const auto changed = looked_for();
  EXPECT_THAT(changed.groups, IsEmpty());
  EXPECT_EQ(changed.changed, 1U);
}

TEST_F(DuplicatesRunTest, MembersGoWithTheirArchiveWhichCountsOnce) {
  for (const char* member : {"a.jpg", "b.jpg"}) {
    PictureResult result = file_of("/two.zip", 1);
    result.file.member = member;
    add(result);
  }
  EXPECT_EQ(found().size(), 1U);
  std::filesystem::remove(place("/two.zip"));
  const auto report = looked_for();
  EXPECT_THAT(report.groups, IsEmpty());
  EXPECT_EQ(report.not_found, 1U);
}

// A folder that left a link at its old place had every file in it twice: whoever deleted the member
// deleted the keeper.
TEST_F(DuplicatesRunTest, OneFileUnderSeveralNamesIsNotThereTwice) {
  const PictureResult picture = file_of("/new/b.jpg", 1);
  std::filesystem::create_symlink(place("/new/b.jpg"), place("/a link.jpg"));
  std::filesystem::create_directory_symlink(place("/new"), place("/old"));
  std::filesystem::create_hard_link(place("/new/b.jpg"), place("/same.jpg"));
  add(file_of("/a link.jpg", 1));
  add(picture);
  add(file_of("/old/b.jpg", 1));
  add(file_of("/same.jpg", 1));
  EXPECT_THAT(found(), IsEmpty());
  add(file_of("/a copy.jpg", 1));
  const auto groups = found();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_THAT(paths_of(groups[0]), ElementsAre("/a copy.jpg", "/new/b.jpg"));
}

// Of a file with two names the other one stood for it, and who asked about this one was told that
// it has no duplicates. So did a copy that lies elsewhere.
TEST_F(DuplicatesRunTest, TheNameThatWasAskedAboutStandsForAFileWithSeveral) {
  const PictureResult picture = file_of("/a/x.jpg", 1);
  std::filesystem::create_directory(place("/b"));
  std::filesystem::create_hard_link(place("/a/x.jpg"), place("/b/x.jpg"));
  add(picture);
  add(file_of("/b/x.jpg", 1));
  add(file_of("/c/x.jpg", 1));
  add(like("/c/near.jpg", 1, 2));
  EXPECT_THAT(paths_of(found().at(0)), ElementsAre("/a/x.jpg", "/c/x.jpg"));
  const auto asked = found({.limits = {}, .roots = {place("/b")}});
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_THAT(paths_of(asked[0]), ElementsAre("/b/x.jpg", "/c/x.jpg"));
  EXPECT_THAT(paths_of(asked[1]), ElementsAre("/b/x.jpg", "/c/near.jpg"));
}

TEST_F(DuplicatesRunTest, FilesThatAreGoneOrFailedOrUnhashedAreInNoGroup) {
  add(file_of("/gone.jpg", 1));
  add(file_of("/here.jpg", 1));
  auto unhashed = like("/unhashed.jpg", 2, 1);
  unhashed.findings.clear();
  add(unhashed);
  add(file_of("/hashed.jpg", 2));
  PictureResult failed = file_of("/failed.jpg", 3);
  failed.picture.reset();
  failed.findings.clear();
  failed.failures = {
      failure_from("decode", {.code = ErrorCode::kCorrupt, .message = "made by a test"})};
  add(failed);
  auto* const writer = must(library_->writer());
  must(writer->flush());
  EXPECT_EQ(found().size(), 1U);
  Budget budget{kMiB};
  const auto known = must(
      library_->load_known_files({.analyzers = all_ids(), .program_version = "0.1.0"}, budget));
  must(writer->finish_scan(known, {.roots = {place("/gone.jpg")}, .kept = {}}));
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(DuplicatesRunTest, TheAnswerDoesNotDependOnTheOrderOfWork) {
  std::vector<PictureResult> results;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    results.push_back(file_of("/" + std::to_string(seed) + "/a.jpg", seed));
    results.push_back(file_of("/" + std::to_string(9 - seed) + "/b.jpg", seed));
    results.push_back(like("/" + std::to_string(7 - seed) + "/c.jpg", seed, 1));
  }
  const auto described = [&] {
    std::vector<std::vector<std::string>> groups;
    for (const DuplicateFiles& group : found()) {
      groups.push_back(paths_of(group));
    }
    return groups;
  };
  for (const PictureResult& result : results) {
    add(result);
  }
  const auto first = described();
  EXPECT_EQ(first.size(), 12U);
  library_.reset();
  library_ = open_for_test(folder_ / "second.db");
  begin_test_run(*library_);
  for (auto result = results.rbegin(); result != results.rend(); ++result) {
    add(*result);
  }
  EXPECT_EQ(described(), first);
}

TEST_F(DuplicatesRunTest, ImpossibleLimitsAreRefusedAndAStopIsNoticed) {
  add(file_of("/1.jpg", 1));
  EXPECT_EQ(code_of(find_duplicates(*library_, {.limits = {.phash = 16}, .roots = {}}, {})),
            ErrorCode::kInvalidArgument);
  must(must(library_->writer())->flush());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of(find_duplicates(*library_, {}, stop.get_token())), ErrorCode::kCancelled);
}

}  // namespace
}  // namespace albumen
