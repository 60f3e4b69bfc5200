// SPDX-License-Identifier: Apache-2.0
#include "library/library.h"

#include <algorithm>
#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <thread>

#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

void submit_all(Library& library, const std::vector<PictureResult>& results) {
  auto* writer = must(library.writer());
  for (const PictureResult& result : results) {
    must(writer->submit(result));
  }
  must(writer->flush());
}

TEST(LibraryTest, GivesBackWhatWentIn) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  const PictureResult sent = made_up_result(42);
  submit_all(*library, {sent});

  const auto rows = rows_of(*library);
  ASSERT_EQ(rows.size(), 1);
  const PictureRow& row = rows.front();
  EXPECT_EQ(row.file, sent.file);
  EXPECT_EQ(row.picture, sent.picture);
  EXPECT_FALSE(row.missing);
  EXPECT_EQ(row.hashes, std::get<Hashes>(sent.findings.at(0).second));
  EXPECT_EQ(row.quality, std::get<Quality>(sent.findings.at(1).second));
  const auto& faces = std::get<Faces>(sent.findings.at(2).second).faces;
  ASSERT_TRUE(row.faces);
  ASSERT_EQ(row.faces->size(), faces.size());
  for (std::size_t index = 0; index < faces.size(); ++index) {
    EXPECT_EQ(row.faces->at(index).where.box, faces.at(index).where.box);
    EXPECT_EQ(row.faces->at(index).where.landmarks, faces.at(index).where.landmarks);
    EXPECT_EQ(row.faces->at(index).where.score, faces.at(index).where.score);
    EXPECT_EQ(row.faces->at(index).chip_pixels, faces.at(index).chip_pixels);
  }
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
}

TEST(LibraryTest, KeepsVectorsToHalfPrecision) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  const PictureResult sent = made_up_result(1, 1, 512);
  submit_all(*library, {sent});
  std::size_t seen = 0;
  must(library->for_each_face({}, [&](const StoredFace& face) -> Result<void> {
    const auto& vector = std::get<Faces>(sent.findings.at(2).second).faces.front().vector;
    EXPECT_EQ(face.key, (FaceKey{sent.picture->id, 0}));
    EXPECT_EQ(face.vector.size(), vector.size());
    for (std::size_t index = 0; index < vector.size(); ++index) {
      EXPECT_EQ(face.vector[index], to_half(vector.at(index)));
    }
    ++seen;
    return {};
  }));
  EXPECT_EQ(seen, 1);
}

TEST(LibraryTest, PathsAreBytesAndComeInTheirOrder) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  std::vector<std::string> paths{"/a/z.jpg", "/a/\xFF\xFE.jpg", "/a/\xC3\xA4.jpg", "/a/Z.jpg",
                                 "/a/z.jp",  "/\x01",           "/a/\xED\xA0\x80", "/a b/c"};
  std::vector<PictureResult> results;
  for (std::size_t index = 0; index < paths.size(); ++index) {
    results.push_back(made_up_result(index));
    results.back().file.path = paths.at(index);
  }
  results.push_back(made_up_result(100));
  results.back().file.path = "/a/z.jpg";
  results.back().file.member = "in/side\xFF.jpg";
  submit_all(*library, results);

  std::vector<std::string> seen;
  for (const PictureRow& row : rows_of(*library)) {
    seen.push_back(row.file.path + "|" + row.file.member);
  }
  std::vector<std::string> expected;
  for (const PictureResult& result : results) {
    expected.push_back(result.file.path + "|" + result.file.member);
  }
  // '|' sorts after every byte that follows a path here.
  std::ranges::sort(expected, {}, [](const std::string& text) {
    std::string key = text;
    std::ranges::replace(key, '|', '\0');
    return key;
  });
  EXPECT_EQ(seen, expected);
}

TEST(LibraryTest, AnswersDoNotDependOnTheOrderOfWork) {
  std::vector<PictureResult> results;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    results.push_back(made_up_result(seed, seed % 4));
  }
  // Two files with one picture, but different metadata.
  results.push_back(made_up_result(3, 3));
  results.back().file.path = "/photos/copy.jpg";
  results.back().file.metadata = {};

  std::vector<std::vector<PictureRow>> answers;
  for (const unsigned seed : {1U, 2U}) {
    const TemporaryDirectory folder;
    const auto library = open_for_test(folder / "library.db");
    begin_test_run(*library);
    std::ranges::shuffle(results, std::mt19937{seed});
    submit_all(*library, results);
    answers.push_back(rows_of(*library));
  }
  ASSERT_EQ(answers.at(0).size(), answers.at(1).size());
  for (std::size_t index = 0; index < answers.at(0).size(); ++index) {
    const PictureRow& one = answers.at(0).at(index);
    const PictureRow& two = answers.at(1).at(index);
    EXPECT_EQ(one.file, two.file);
    EXPECT_EQ(one.picture, two.picture);
    EXPECT_EQ(one.hashes, two.hashes);
    EXPECT_EQ(one.faces->size(), two.faces->size());
  }
}

TEST(LibraryTest, NoFacesIsAnAnswerAndNotLookedForIsNone) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  auto looked = made_up_result(1, 0);
  auto not_looked = made_up_result(2);
  not_looked.findings.pop_back();
  submit_all(*library, {looked, not_looked});
  const auto rows = rows_of(*library);
  ASSERT_EQ(rows.size(), 2);
  EXPECT_TRUE(rows.at(0).faces && rows.at(0).faces->empty());
  EXPECT_FALSE(rows.at(1).faces);
  EXPECT_EQ(must(library->known_picture(looked.picture->id, all_ids())).done, 0b111);
  EXPECT_EQ(must(library->known_picture(not_looked.picture->id, all_ids())).done, 0b011);
  EXPECT_EQ(must(library->known_picture(digest_of(99), all_ids())).done, 0);
}

TEST(LibraryTest, FindingsOfAnotherAnalyzerStandBesideAndOnlyCurrentOnesAreShown) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  const auto first = made_up_result(1, 2);
  submit_all(*library, {first});
  const AnalyzerId thorough{.name = "faces", .version = "1", .parameters = "min_face=10"};
  auto* writer = must(library->writer());
  must(writer->begin_run({.command = "index", .analyzers = {thorough}}));
  EXPECT_FALSE(rows_of(*library).front().faces);
  EXPECT_TRUE(rows_of(*library).front().hashes);

  auto second = made_up_result(1, 5);
  second.findings = {{thorough, second.findings.back().second}};
  submit_all(*library, {second});
  EXPECT_EQ(rows_of(*library).front().faces->size(), 5);
  EXPECT_THAT(must(library->current_analyzers()), ElementsAre(thorough, kHashesId, kQualityId));

  must(writer->begin_run({.command = "index", .analyzers = all_ids()}));
  EXPECT_EQ(rows_of(*library).front().faces->size(), 2);

  must(writer->prune({.superseded_findings = true}));
  EXPECT_EQ(must(library->known_picture(first.picture->id, {&thorough, 1})).done, 0);
  EXPECT_EQ(rows_of(*library).front().faces->size(), 2);
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
}

TEST(LibraryTest, AFileThatFailedSaysWhyUntilItWorks) {
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

TEST(LibraryTest, KnownFilesSayWhatIsLeftToDo) {
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
TEST(LibraryTest, DamagedPicturesAreSettledByWhatIsAskedForNow) {
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

TEST(LibraryTest, KnownFilesThatDoNotFitTheBudgetAreRefused) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  submit_all(*library, {made_up_result(1)});
  Budget budget{Bytes{100}};
  EXPECT_EQ(code_of(library->load_known_files({}, budget)), ErrorCode::kBudgetExceeded);
}

TEST(LibraryTest, VanishedFilesAreMissingUntilTheyReturnOrArePruned) {
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

PersonRow person(std::string id, std::vector<FaceKey> faces) {
  std::ranges::sort(faces);
  return {
      .id = std::move(id), .name = "N", .spread = 0.25, .best_face = faces.at(0), .faces = faces};
}

TEST(LibraryTest, PeopleAreReplacedAndChangedWhole) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  submit_all(*library, {made_up_result(1), made_up_result(2)});
  auto* writer = must(library->writer());
  const FaceKey a{digest_of(1), 0};
  const FaceKey b{digest_of(1), 1};
  const FaceKey c{digest_of(2), 0};
  auto p1 = person("p1", {a, c});
  p1.made_from = digest_of(7);
  const auto p2 = person("p2", {b});
  must(
      writer->change_people({.faces_analyzer = kFacesId, .replace_all = true, .people = {p2, p1}}));
  EXPECT_THAT(must(library->people()), ElementsAre(p1, p2));
  EXPECT_EQ(rows_of(*library).at(0).faces->at(1).person, "p2");
  EXPECT_EQ(rows_of(*library).at(0).faces->at(1).person_name, "N");
  EXPECT_EQ(rows_of(*library).at(1).faces->at(1).person, "");

  // c moves; p1 shrinks.
  const auto smaller = person("p1", {a});
  const auto larger = person("p2", {b, c});
  must(writer->change_people({.faces_analyzer = kFacesId, .people = {larger, smaller}}));
  EXPECT_THAT(must(library->people()), ElementsAre(smaller, larger));

  must(writer->change_people({.faces_analyzer = kFacesId, .removed = {"p1"}}));
  EXPECT_THAT(must(library->people()), ElementsAre(larger));

  // A face that does not exist changes nothing.
  const auto wrong = person("p3", {{digest_of(1), 9}});
  EXPECT_EQ(code_of(writer->change_people(
                {.faces_analyzer = kFacesId, .replace_all = true, .people = {wrong}})),
            ErrorCode::kNotFound);
  EXPECT_THAT(must(library->people()), ElementsAre(larger));
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
}

TEST(LibraryTest, PicturesThatAnotherAnalyzerLeftBehindAreCounted) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  // Nobody was on the fourth.
  submit_all(*library,
             {made_up_result(1), made_up_result(2), made_up_result(3), made_up_result(4, 0)});
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 0U);
  AnalyzerId other = kFacesId;
  other.version = "2";
  must(must(library->writer())->begin_run({.command = "index", .analyzers = {other}}));
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 3U);
  EXPECT_EQ(must(library->left_behind(kHashesId.name)), 0U);
  PictureResult seen_otherwise = made_up_result(1);
  seen_otherwise.findings = {{other, Faces{}}};
  submit_all(*library, {seen_otherwise});
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 2U);
  Budget budget{kMiB * 32};
  auto known = must(library->load_known_files({}, budget));
  EXPECT_TRUE(known.see(made_up_result(1).file.path, ""));
  EXPECT_TRUE(known.see(made_up_result(2).file.path, ""));
  must(must(library->writer())->finish_scan(known, {.roots = {"/photos"}}));
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 1U) << "the third is missing";
  PictureResult failed = made_up_result(2);
  failed.findings.clear();
  failed.failures = {{.stage = other.name, .analyzer = other, .code = ErrorCode::kModelFailed}};
  submit_all(*library, {failed});
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 0U) << "another run would not help";
}

TEST(LibraryTest, FacesAreLocatedByTheirAnalyzerAlsoWhereTheirPictureIsMissing) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  EXPECT_THAT(must(library->analyzers_of_people()), IsEmpty());
  const PictureResult sent = made_up_result(1);
  AnalyzerId other = kFacesId;
  other.version = "2";
  PictureResult seen_otherwise = made_up_result(1, 0);
  seen_otherwise.findings = {{other, std::get<Faces>(made_up_result(9).findings.at(2).second)}};
  submit_all(*library, {sent, seen_otherwise, made_up_result(2)});
  auto* writer = must(library->writer());
  const FaceKey first{digest_of(1), 0};
  const FaceKey second{digest_of(1), 1};
  must(writer->change_people({.faces_analyzer = kFacesId, .people = {person("p", {first})}}));
  EXPECT_THAT(must(library->analyzers_of_people()), ElementsAre(kFacesId));
  Budget budget{kMiB * 32};
  auto known = must(library->load_known_files({}, budget));
  EXPECT_TRUE(known.see(made_up_result(2).file.path, ""));
  must(writer->finish_scan(known, {.roots = {"/photos"}}));

  const auto& faces = std::get<Faces>(sent.findings.at(2).second).faces;
  const std::vector<FaceKey> wanted{second, {digest_of(1), 2}, {digest_of(7), 0}, first};
  EXPECT_THAT(must(library->locate(kFacesId, wanted)),
              ElementsAre(EditedFace{.key = second, .box = faces.at(1).where.box},
                          EditedFace{.key = first, .box = faces.at(0).where.box}));
  EXPECT_NE(must(library->locate(other, wanted)), must(library->locate(kFacesId, wanted)));
  other.version = "3";
  EXPECT_THAT(must(library->locate(other, wanted)), IsEmpty());
}

TEST(LibraryTest, PeopleLoseTheFacesThatArePruned) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  submit_all(*library, {made_up_result(1), made_up_result(2)});
  auto* writer = must(library->writer());
  const FaceKey gone{digest_of(2), 0};
  const FaceKey kept{digest_of(1), 0};
  auto both = person("both", {gone, kept});
  both.best_face = gone;
  must(writer->change_people(
      {.faces_analyzer = kFacesId, .people = {both, person("only", {{digest_of(2), 1}})}}));
  Budget budget{kMiB * 32};
  auto known = must(library->load_known_files({}, budget));
  EXPECT_TRUE(known.see(made_up_result(1).file.path, ""));
  must(writer->finish_scan(known, {.roots = {"/photos"}}));
  must(writer->prune());
  // Takes the row number of the picture that is gone.
  submit_all(*library, {made_up_result(3)});
  const auto people = must(library->people());
  ASSERT_EQ(people.size(), 1);
  EXPECT_THAT(people.front().faces, ElementsAre(kept));
  EXPECT_FALSE(people.front().best_face);
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
}

TEST(LibraryTest, TheWayOfTheLastGroupingIsRemembered) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  const GroupingRow first{.method = "linkage",
                          .same_distance = 0.0625,
                          .eps = 0.25,
                          .min_samples = 2,
                          .least_faces = 3};
  GroupingRow second = first;
  second.method = "dbscan";
  second.same_distance.reset();
  {
    const auto library = open_for_test(path);
    auto* writer = must(library->writer());
    EXPECT_FALSE(must(library->grouping()).has_value());
    must(writer->change_people({.faces_analyzer = kFacesId, .grouping = first}));
    EXPECT_EQ(must(library->grouping()), first);
    must(writer->change_people({.faces_analyzer = kFacesId, .grouping = second}));
    must(writer->change_people({.faces_analyzer = kFacesId}));
  }
  EXPECT_EQ(must(must(Library::open(path, {}))->grouping()), second);
}

TEST(LibraryTest, EditsAreAppendedAndNeverChanged) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  EditRow name{.at_ms = 5, .kind = "name", .payload = R"({"person":"p1","name":"Zoë"})"};
  EditRow split{.at_ms = 6,
                .kind = "split",
                .faces = {{{digest_of(3), 2}, {1, 2, 3, 4}}, {{digest_of(1), 0}, {5, 6, 7, 8}}}};
  {
    const auto library = open_for_test(path);
    EXPECT_EQ(must(must(library->writer())->append_edit(name)), 1);
    EXPECT_EQ(must(must(library->writer())->append_edit(split)), 2);
    name.number = 1;
    split.number = 2;
    EXPECT_THAT(must(library->edits()), ElementsAre(name, split));
  }
  auto connection = must(store::Connection::open(path, store::Access::kReadWrite));
  for (const char* change : {"DELETE FROM edits", "UPDATE edits SET kind = ''",
                             "DELETE FROM edit_faces", "UPDATE edit_faces SET x = 9"}) {
    EXPECT_THAT(message_of(connection->execute(change)), HasSubstr("append-only")) << change;
  }
}

TEST(LibraryTest, RunsAreListedLatestFirst) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  auto* writer = must(library->writer());
  const RunId first = must(writer->begin_run({.command = "index a", .started_ms = 10}));
  const RunId second = must(writer->begin_run({.command = "index b", .started_ms = 20}));
  const RunFinish finish{.outcome = "finished",
                         .finished_ms = 30,
                         .done = 1,
                         .failed = 2,
                         .failed_before = 7,
                         .unchanged = 3,
                         .peak_bytes = 4,
                         .skipped = {{"video", 5}, {"unknown", 6}},
                         .stages = {{"decode", 1, 2, 3, 4, 5, 6}, {"read", 7, 8, 9, 10, 11, 12}}};
  must(writer->finish_run(first, finish));
  EXPECT_EQ(code_of(writer->finish_run(99, finish)), ErrorCode::kNotFound);
  const auto runs = must(library->runs(10));
  ASSERT_EQ(runs.size(), 2);
  EXPECT_EQ(runs.at(0).run, second);
  EXPECT_EQ(runs.at(0).finish.outcome, "running");
  EXPECT_EQ(runs.at(1).command, "index a");
  EXPECT_EQ(runs.at(1).finish, finish);
  EXPECT_EQ(must(library->runs(1)).size(), 1);
}

TEST(LibraryTest, HashesOfPresentPicturesAreWalked) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  const auto result = made_up_result(9);
  submit_all(*library, {result});
  std::vector<StoredHashes> seen;
  must(library->for_each_hashes([&](const StoredHashes& row) -> Result<void> {
    seen.push_back(row);
    return {};
  }));
  ASSERT_EQ(seen.size(), 1);
  EXPECT_EQ(seen.front().picture, result.picture->id);
  EXPECT_EQ(seen.front().hashes, std::get<Hashes>(result.findings.front().second));
  EXPECT_EQ(seen.front().size, result.picture->size);
  EXPECT_EQ(must(library->picture_of(result.file.path, "")), result.picture->id);
  EXPECT_EQ(must(library->picture_of("/nowhere", "")), std::nullopt);
}

TEST(LibraryTest, ACallbacksErrorEndsTheWalk) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  submit_all(*library, {made_up_result(1), made_up_result(2)});
  int calls = 0;
  const auto result = library->for_each_picture({}, [&](const PictureRow&) -> Result<void> {
    ++calls;
    return fail(ErrorCode::kCancelled, "enough");
  });
  EXPECT_EQ(code_of(result), ErrorCode::kCancelled);
  EXPECT_EQ(calls, 1);
}

TEST(LibraryTest, ReadersSeeOneStateWhileTheWriterGoesOn) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  submit_all(*library, {made_up_result(0), made_up_result(1)});
  std::size_t rows = 0;
  must(library->for_each_picture({}, [&](const PictureRow&) -> Result<void> {
    if (rows++ == 0) {
      submit_all(*library, {made_up_result(2), made_up_result(3)});
      EXPECT_EQ(rows_of(*library).size(), 4);
    }
    return {};
  }));
  EXPECT_EQ(rows, 2);
}

TEST(LibraryTest, ManyThreadsReadWhileOneWrites) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  for (int index = 0; index < 4; ++index) {
    readers.emplace_back([&] {
      std::size_t last = 0;
      while (!stop) {
        const auto rows = rows_of(*library);
        EXPECT_GE(rows.size(), last);
        last = rows.size();
        for (const PictureRow& row : rows) {
          EXPECT_TRUE(row.faces && row.faces->size() == 2);
        }
      }
    });
  }
  auto* writer = must(library->writer());
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    must(writer->submit(made_up_result(seed)));
    if (seed % 50 == 0) {
      must(writer->flush());
    }
  }
  must(writer->flush());
  stop = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(rows_of(*library).size(), 300);
}

}  // namespace
}  // namespace albumen
