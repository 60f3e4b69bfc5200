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
