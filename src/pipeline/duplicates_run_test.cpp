// SPDX-License-Identifier: Apache-2.0
// Duplicates as a user of a library meets them: by file, exact ones apart from near ones.
#include "pipeline/duplicates_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>

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

  // A file at `path` that holds the picture of `seed`; its hashes are random, so far from others.
  static PictureResult file_of(const std::string& path, std::uint64_t seed) {
    PictureResult result = made_up_result(seed, 0);
    result.file.path = path;
    return result;
  }

  // Another picture whose hashes are those of `seed` but for `bits` bits of the pHash.
  static PictureResult like(const std::string& path, std::uint64_t seed, unsigned bits,
                            Size size = {.width = 300, .height = 400}) {
    PictureResult result = file_of(path, seed);
    result.picture->id = digest_of(seed * 1000 + bits);
    result.picture->size = size;
    for (std::uint64_t& phash : std::get<Hashes>(result.findings.at(0).second).phash) {
      phash ^= (std::uint64_t{1} << bits) - 1;
    }
    return result;
  }

  void add(const PictureResult& result) { must(must(library_->writer())->submit(result)); }

  std::vector<DuplicateFiles> found(const DuplicatesQuery& query = {}) {
    must(must(library_->writer())->flush());
    return must(find_duplicates(*library_, query, {}));
  }

  static std::vector<std::string> paths_of(const DuplicateFiles& group) {
    std::vector<std::string> paths{group.keeper.path + group.keeper.member};
    for (const DuplicateFile& member : group.members) {
      paths.push_back(member.path + member.member);
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
      keepers.push_back(group.keeper.path);
    }
    return keepers;
  };
  EXPECT_THAT(below("/photos/1"), ElementsAre("/photos/1/a.jpg"));
  EXPECT_THAT(below("/photos/2"), ElementsAre("/photos/10/b.jpg")) << "a member below is enough";
  EXPECT_THAT(below("/photos/2/b.jpg"), ElementsAre("/photos/10/b.jpg"));
  EXPECT_THAT(below("/"), ElementsAre("/photos/1/a.jpg", "/photos/10/b.jpg"));
  EXPECT_THAT(below("/photo"), IsEmpty());
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
  must(writer->finish_scan(known, {.roots = {"/gone.jpg"}, .kept = {}}));
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
