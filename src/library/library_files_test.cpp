// SPDX-License-Identifier: Apache-2.0
// Which files a library knows, what of them is left to do, and which have vanished.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/library.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::IsEmpty;

TEST(LibraryFilesTest, AFileThatFailedSaysWhyUntilItWorks) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  PictureResult failed{.file = made_up_result(5).file, .run = 1};
  failed.file.sha256.reset();
  failed.failures = {failure_from("decode", {ErrorCode::kTruncated, "ends inside a scan"}),
                     {.stage = "faces",
                      .analyzer = kFacesId,
                      .code = ErrorCode::kModelFailed,
                      .reason = "no",
                      .retry = RetryPolicy::kNextRun}};
  PictureResult skipped{.file = made_up_result(6).file, .run = 1};
  skipped.file.content_type = ContentType::kVideo;
  submit_all(*library, {failed, skipped});

  const auto rows = rows_of(*library);
  ASSERT_EQ(rows.size(), 1);
  EXPECT_EQ(rows.front().failures, failed.failures);
  EXPECT_FALSE(rows.front().picture);
  EXPECT_EQ(must(library->counts()).failed, 1);

  submit_all(*library, {made_up_result(5)});
  EXPECT_THAT(rows_of(*library).front().failures, IsEmpty());
}

TEST(LibraryFilesTest, KnownFilesSayWhatIsLeftToDo) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  auto whole = made_up_result(1);
  auto partial = made_up_result(2);
  partial.findings.pop_back();
  partial.failures = {{.stage = "faces", .analyzer = kFacesId, .code = ErrorCode::kCorrupt}};
  PictureResult broken{.file = made_up_result(3).file, .run = 1};
  broken.failures = {failure_from("decode", {ErrorCode::kCorrupt, "no"})};
  PictureResult later{.file = made_up_result(4).file, .run = 1};
  later.failures = {failure_from("read", {ErrorCode::kIo, "no"})};
  PictureResult video{.file = made_up_result(5).file, .run = 1};
  submit_all(*library, {whole, partial, broken, later, video});

  Budget budget{kMiB * 32};
  const auto ids = all_ids();
  const AnalyzerMask all = all_analyzers(ids.size());
  const auto same =
      must(library->load_known_files({.analyzers = ids, .program_version = "0.1.0"}, budget));
  const auto settled = [&](const KnownFiles& known, const PictureResult& result) {
    const auto file = known.find(result.file.path, result.file.member);
    return file && file->settled(result.file.stamp, all);
  };
  EXPECT_EQ(same.size(), 5);
  EXPECT_TRUE(settled(same, whole));
  EXPECT_TRUE(settled(same, partial));
  EXPECT_TRUE(settled(same, broken));
  EXPECT_FALSE(settled(same, later));
  EXPECT_TRUE(settled(same, video));
  EXPECT_FALSE(same.find("/photos/other.jpg", ""));
  EXPECT_FALSE(same.find(whole.file.path, "member"));
  EXPECT_EQ(same.find(partial.file.path, "")->done, 0b011);
  EXPECT_EQ(same.find(partial.file.path, "")->given_up, 0b100);
  EXPECT_EQ(same.find(broken.file.path, "")->failure, ErrorCode::kCorrupt);
  auto changed = whole.file.stamp;
  changed.mtime_ns += 1;
  EXPECT_FALSE(same.find(whole.file.path, "")->settled(changed, all));

  // A newer program may read what this one could not.
  const auto newer =
      must(library->load_known_files({.analyzers = ids, .program_version = "0.2.0"}, budget));
  EXPECT_TRUE(settled(newer, whole));
  EXPECT_FALSE(settled(newer, partial));
  EXPECT_FALSE(settled(newer, broken));
  EXPECT_EQ(budget.used(), same.memory() + newer.memory());
}

// What a run accepted in part stayed done for ever, and what one refused was never looked at again,
// whatever later runs asked for.

TEST(LibraryFilesTest, DamagedPicturesAreSettledByWhatIsAskedForNow) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  auto* writer = must(library->writer());
  auto half = made_up_result(1);
  half.picture->complete = 0.5F;
  PictureResult refused{.file = made_up_result(2).file,
                        .failures = {failure_from("decode", {ErrorCode::kTruncated, "no"})}};
  PictureResult foreign{.file = made_up_result(3).file,
                        .failures = {failure_from("decode", {ErrorCode::kUnsupported, "no"})}};
  const RunId run = must(writer->begin_run({.command = "index",
                                            .program_version = "0.1.0",
                                            .keep_truncated_percent = 40,
                                            .analyzers = all_ids()}));
  for (PictureResult* result : {&half, &refused, &foreign}) {
    result->run = run;
  }
  submit_all(*library, {half, refused, foreign});
  EXPECT_EQ(must(library->known_picture(half.picture->id, all_ids())).complete, 0.5F);

  Budget budget{kMiB * 32};
  const auto ids = all_ids();
  const auto settled = [&](const PictureResult& result, float percent) {
    const auto known = must(library->load_known_files(
        {.analyzers = ids, .program_version = "0.1.0", .keep_truncated_percent = percent}, budget));
    return known.find(result.file.path, "")->settled(result.file.stamp, all_analyzers(ids.size()));
  };
  for (const float percent : {0.0F, 39.0F, 40.0F, 50.0F, 51.0F, 100.0F}) {
    EXPECT_EQ(settled(half, percent), percent <= 50) << percent;
    EXPECT_EQ(settled(refused, percent), percent >= 40) << percent;
    EXPECT_TRUE(settled(foreign, percent)) << percent;
  }
}

TEST(LibraryFilesTest, KnownFilesThatDoNotFitTheBudgetAreRefused) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  submit_all(*library, {made_up_result(1)});
  Budget budget{Bytes{100}};
  EXPECT_EQ(code_of(library->load_known_files({}, budget)), ErrorCode::kBudgetExceeded);
}

TEST(LibraryFilesTest, VanishedFilesAreMissingUntilTheyReturnOrArePruned) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  auto* writer = must(library->writer());
  std::vector<PictureResult> results{made_up_result(0), made_up_result(7), made_up_result(1)};
  submit_all(*library, results);  // 0 and 7 lie in /photos/0, 1 in /photos/1
  Budget budget{kMiB * 32};
  const auto scan = [&](const std::vector<std::size_t>& there, const ScanScope& scope) {
    auto known = must(library->load_known_files({}, budget));
    for (const std::size_t index : there) {
      EXPECT_TRUE(known.see(results.at(index).file.path, ""));
    }
    return must(writer->finish_scan(known, scope));
  };
  EXPECT_EQ(scan({0}, {.roots = {"/photos/0"}}).vanished, 1);
  EXPECT_EQ(rows_of(*library).size(), 2);
  EXPECT_EQ(rows_of(*library, {.include_missing = true}).size(), 3);
  std::size_t faces = 0;
  must(library->for_each_face({}, [&](const StoredFace&) -> Result<void> {
    ++faces;
    return {};
  }));
  EXPECT_EQ(faces, 4);

  EXPECT_EQ(scan({0, 1}, {.roots = {"/photos/0"}}).returned, 1);
  EXPECT_EQ(rows_of(*library).size(), 3);

  EXPECT_EQ(scan({}, {.roots = {"/photos"}, .kept = {"/photos/0"}}).vanished, 1);
  const auto pruned = must(writer->prune());
  EXPECT_EQ(pruned.files, 1);
  EXPECT_EQ(pruned.pictures, 1);
  EXPECT_EQ(must(library->counts()).missing, 0);
  EXPECT_EQ(must(library->counts()).pictures, 2);
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
}

}  // namespace
}  // namespace albumen
