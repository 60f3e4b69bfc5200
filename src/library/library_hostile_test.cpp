// SPDX-License-Identifier: Apache-2.0
// Libraries that nobody's albumen wrote. Whatever the file says, reading it ends in StoreFailed or
// in rows, never in a crash.
#include <array>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "library/library.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::HasSubstr;

// A small library with everything in it. Its tables are made without STRICT and its constraints,
// as another program could make them, so that every lie can be told.
std::string loose_library(const TemporaryDirectory& folder) {
  const std::string path = folder / "library.db";
  {
    const auto library = open_for_test(path);
    begin_test_run(*library);
    auto* writer = must(library->writer());
    must(writer->submit(made_up_result(1)));
    must(writer->submit(made_up_result(2)));
    PictureResult broken{.file = made_up_result(3).file, .run = 1};
    broken.failures = {failure_from("decode", {ErrorCode::kCorrupt, "no"})};
    must(writer->submit(broken));
    must(writer->change_people(
        {.faces_analyzer = kFacesId,
         .people = {{.id = "p", .faces = {{digest_of(1), 0}}}},
         .grouping = GroupingRow{.method = "linkage", .min_samples = 2, .least_faces = 3}}));
    must(writer->append_edit({.kind = "name", .faces = {{{digest_of(1), 0}, {}}}}));
    must(writer->finish_run(1, {.outcome = "finished", .stages = {{.stage = "read"}}}));
  }
  auto connection = must(store::Connection::open(path, store::Access::kReadWrite));
  const auto tables =
      must(connection->texts_of("SELECT name FROM sqlite_schema WHERE type = 'table'"));
  must(connection->execute("BEGIN"));
  for (const std::string& table : tables) {
    must(connection->execute("CREATE TABLE loose AS SELECT * FROM " + table + "; DROP TABLE " +
                             table + "; ALTER TABLE loose RENAME TO " + table));
  }
  must(connection->execute("COMMIT; PRAGMA journal_mode = DELETE"));
  return path;
}

// Calls every reading function; how each ends is the caller's to judge.
std::vector<ErrorCode> read_everything(const Library& library) {
  std::vector<ErrorCode> codes;
  const auto note = [&](const auto& result) {
    if (!result) {
      codes.push_back(result.error().code);
    }
  };
  const auto ignore = [](const auto&) -> Result<void> { return {}; };
  Budget budget{kMiB * 64};
  const auto ids = all_ids();
  note(library.load_known_files({.analyzers = ids}, budget));
  note(library.known_picture(digest_of(1), ids));
  note(library.picture_of(made_up_result(1).file.path, ""));
  note(library.for_each_picture({.include_missing = true}, ignore));
  note(library.for_each_face({}, ignore));
  note(library.for_each_hashes(ignore));
  note(library.locate(kFacesId, std::array{FaceKey{.picture = digest_of(1), .index = 0}}));
  note(library.people());
  note(library.analyzers_of_people());
  note(library.left_behind("faces"));
  note(library.grouping());
  note(library.edits());
  note(library.runs(100));
  note(library.current_analyzers());
  note(library.counts());
  return codes;
}

TEST(LibraryHostileTest, TheLooseLibraryIsReadable) {
  const TemporaryDirectory folder;
  const auto library = must(Library::open(loose_library(folder), {}));
  EXPECT_THAT(read_everything(*library), testing::IsEmpty());
  EXPECT_EQ(rows_of(*library).size(), 3);
}

TEST(LibraryHostileTest, EachLieIsNamed) {
  struct Lie {
    const char* script;
    const char* words;
  };

  const std::array lies{
      Lie{"UPDATE faces SET vector = x'0102ff'", "faces.vector"},
      Lie{"UPDATE faces SET vector = x''", "faces.vector"},
      Lie{"UPDATE faces SET vector = 'text'", "faces.vector"},
      Lie{"UPDATE faces SET vector = x'007c007e'", "faces.vector"},
      Lie{"UPDATE faces SET vector = x'0000' WHERE rowid = 1", "dimensions"},
      Lie{"UPDATE faces SET landmarks = zeroblob(39)", "faces.landmarks"},
      Lie{"UPDATE faces SET x = 9e999", "faces.x"},
      Lie{"UPDATE faces SET x = NULL", "faces.x"},
      Lie{"UPDATE faces SET face_index = face_index + 1", "faces.face_index"},
      Lie{"UPDATE pictures SET id = zeroblob(31)", "pictures.id"},
      Lie{"UPDATE pictures SET width = -1", "pictures.width"},
      Lie{"UPDATE pictures SET orientation = 9", "pictures.orientation"},
      Lie{"UPDATE pictures SET format = 'nonsense'", "pictures.format"},
      Lie{"DELETE FROM pictures", "pictures.id"},
      Lie{"UPDATE files SET path = x'00'", "files.path"},
      Lie{"UPDATE files SET path = NULL", "files.path"},
      Lie{"UPDATE files SET sha256 = zeroblob(33)", "files.sha256"},
      Lie{"UPDATE files SET missing = 'yes'", "files.missing"},
      Lie{"UPDATE hashes SET phash = zeroblob(63)", "hashes.phash"},
      Lie{"UPDATE hashes SET flat = 2", "hashes.flat"},
      Lie{"UPDATE quality SET contrast = 'much'", "quality.contrast"},
      Lie{"UPDATE failures SET code = 'Nonsense'", "failures.code"},
      Lie{"UPDATE failures SET retry = NULL", "failures.retry"},
      Lie{"UPDATE person_faces SET person_key = 99", "person_faces.person_key"},
      Lie{"UPDATE people SET tentative = 5", "people.tentative"},
      Lie{"UPDATE people SET made_from = zeroblob(31)", "people.made_from"},
      Lie{"UPDATE grouping SET method = x'05'", "grouping.method"},
      Lie{"UPDATE grouping SET same_distance = 'near'", "grouping.same_distance"},
      Lie{"UPDATE grouping SET eps = NULL", "grouping.eps"},
      Lie{"UPDATE grouping SET min_samples = 0", "grouping.min_samples"},
      Lie{"UPDATE grouping SET least_faces = -1", "grouping.least_faces"},
      Lie{"UPDATE edit_faces SET picture_id = x''", "edit_faces.picture_id"},
      Lie{"UPDATE edit_faces SET edit = -5", "edit_faces.edit"},
      Lie{"UPDATE edits SET kind = x'05'", "edits.kind"},
      Lie{"UPDATE runs SET outcome = NULL", "runs.outcome"},
      Lie{"UPDATE run_stages SET count = 'x'", "run_stages.count"},
      Lie{"UPDATE analyzers SET name = NULL", "analyzers.name"},
  };
  const TemporaryDirectory folder;
  const std::string honest = loose_library(folder);
  for (const Lie& lie : lies) {
    SCOPED_TRACE(lie.script);
    const std::string path = folder / "lie.db";
    std::filesystem::copy_file(honest, path, std::filesystem::copy_options::overwrite_existing);
    tamper(path, lie.script);
    const auto library = must(Library::open(path, {}));
    const auto codes = read_everything(*library);
    EXPECT_THAT(codes, testing::Not(testing::IsEmpty()));
    EXPECT_THAT(codes, testing::Each(ErrorCode::kStoreFailed));
    std::string messages;
    const auto ignore = [](const auto&) -> Result<void> { return {}; };
    const auto note = [&](const auto& result) {
      messages += result ? "" : result.error().message + "\n";
    };
    note(library->for_each_picture({.include_missing = true}, ignore));
    note(library->for_each_face({}, ignore));
    note(library->people());
    note(library->grouping());
    note(library->edits());
    note(library->runs(100));
    note(library->current_analyzers());
    EXPECT_THAT(messages, HasSubstr(lie.words));
  }
}

// A view in the place of a table never came to an end, and Ctrl-C did nothing.
TEST(LibraryHostileTest, WhatRunsByItselfIsRefusedByName) {
  const std::array things{
      "DROP TABLE people; CREATE VIEW people AS WITH RECURSIVE n (i) AS "
      "(SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS person_key FROM n",
      "CREATE TRIGGER people AFTER INSERT ON files BEGIN DELETE FROM pictures; END",
      "DROP TRIGGER edits_are_never_changed; "
      "CREATE TRIGGER edits_are_never_changed AFTER UPDATE ON edits BEGIN SELECT 'people'; END",
      "CREATE VIRTUAL TABLE people_too USING fts5(a)",
  };
  const TemporaryDirectory folder;
  for (const char* const script : things) {
    SCOPED_TRACE(script);
    const std::string path = folder / "library.db";
    open_for_test(path).reset();
    tamper(path, script);
    for (const LibraryMode mode : {LibraryMode::kRead, LibraryMode::kWrite}) {
      const auto result = Library::open(path, {.mode = mode});
      EXPECT_EQ(code_of(result), ErrorCode::kStoreFailed);
      EXPECT_THAT(message_of(result), HasSubstr("that no albumen made"));
    }
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(path + suffix);
    }
  }
}

TEST(LibraryHostileTest, TablesAndIndicesOfSomebodyElseDoNothingByThemselves) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  open_for_test(path).reset();
  tamper(path,
         "create table reviews (view, trigger_at); create index virtual_ones on files (size); "
         "ALTER TABLE reviews RENAME TO triggers; ANALYZE");
  for (const LibraryMode mode : {LibraryMode::kRead, LibraryMode::kWrite}) {
    EXPECT_TRUE(Library::open(path, {.mode = mode}).has_value());
  }
}

TEST(LibraryHostileTest, ADamagedFileRowIsVisitedAgain) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  const auto result = made_up_result(1);
  {
    const auto library = open_for_test(path);
    must(must(library->writer())->submit(result));
    must(must(library->writer())->submit(made_up_result(2)));
  }
  tamper(path, "UPDATE files SET missing = 7 WHERE path = '" + result.file.path + "'");
  const auto library = open_for_test(path);
  Budget budget{kMiB * 32};
  const auto known = must(library->load_known_files({}, budget));
  EXPECT_EQ(known.size(), 1);
  EXPECT_FALSE(known.find(result.file.path, ""));
  must(must(library->writer())->submit(result));
  must(must(library->writer())->flush());
  EXPECT_EQ(rows_of(*library).size(), 2);
}

// One number, and no run could load the library again.
TEST(LibraryHostileTest, APictureOfWhichNobodyKnowsHowMuchIsThereIsLookedAtAgain) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  const auto result = made_up_result(1);
  const auto other = made_up_result(2);
  {
    const auto library = open_for_test(path);
    begin_test_run(*library);
    must(must(library->writer())->submit(result));
    must(must(library->writer())->submit(other));
  }
  const auto ids = all_ids();
  for (const char* const share : {"-1e999", "9e999", "-0.5", "2"}) {
    SCOPED_TRACE(share);
    tamper(path, fmt::format("UPDATE pictures SET complete = {} WHERE picture_key = 1", share));
    const auto library = open_for_test(path);
    begin_test_run(*library);
    Budget budget{kMiB * 32};
    const auto settled = [&](const PictureResult& one) {
      const auto known =
          must(library->load_known_files({.analyzers = ids, .keep_truncated_percent = 0}, budget));
      return known.find(one.file.path, "")->settled(one.file.stamp, all_analyzers(ids.size()));
    };
    EXPECT_FALSE(settled(result));
    EXPECT_TRUE(settled(other));
    EXPECT_EQ(must(library->known_picture(result.picture->id, ids)).done, 0);
    must(must(library->writer())->submit(result));
    must(must(library->writer())->flush());
    EXPECT_TRUE(settled(result));
  }
}

// One refused member of a tar with a name of 100,000 bytes, and no run could load the library
// again.
TEST(LibraryHostileTest, ARowWithANameThatNoFileHasCostsNothingButItself) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  const auto result = made_up_result(1);
  auto member = made_up_result(2);
  member.file.path = "/archives/a.tar";
  member.file.member = std::string(100'000, 'm');
  auto file = made_up_result(3);
  file.file.path = "/" + std::string(100'000, 'f');
  const auto library = open_for_test(path);
  begin_test_run(*library);
  auto* writer = must(library->writer());
  for (const auto& one : {result, member, file}) {
    must(writer->submit(one));
  }
  must(writer->flush());
  Budget budget{kMiB * 32};
  auto known = must(library->load_known_files({}, budget));
  EXPECT_EQ(known.size(), 2);
  EXPECT_TRUE(known.see(result.file.path, ""));
  EXPECT_FALSE(known.find(file.file.path, ""));
  const auto scan = must(writer->finish_scan(known, {.roots = {"/"}}));
  EXPECT_EQ(scan.vanished, 1) << "the member, which no listing names so any more";
}

TEST(LibraryHostileTest, MissingTablesAreRefusedWhenOpenedForWriting) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  open_for_test(path).reset();
  tamper(path, "DROP TABLE hashes");
  EXPECT_EQ(code_of(Library::open(path, for_writing())), ErrorCode::kStoreFailed);
  const auto library = must(Library::open(path, {}));
  EXPECT_EQ(code_of(library->for_each_picture({}, {})), ErrorCode::kStoreFailed);
}

TEST(LibraryHostileTest, NoFlippedByteCrashesAReader) {
  const TemporaryDirectory folder;
  const std::string path = loose_library(folder);
  const std::string whole = must(read_small_file(path, kMiB * 8));
  std::mt19937 random{20240501};
  const std::string damaged_path = folder / "damaged.db";
  for (int round = 0; round < 300; ++round) {
    std::string bytes = whole;
    for (int flip = 0; flip < 1 + round % 8; ++flip) {
      // Half of them in the header and the first tables' roots, where they do most.
      const std::size_t range = round % 2 == 0 ? 4096 : bytes.size();
      bytes.at(random() % range) = static_cast<char>(random());
    }
    if (round % 10 == 0) {
      bytes.resize(random() % bytes.size());
    }
    std::ofstream{damaged_path, std::ios::binary | std::ios::trunc} << bytes;
    for (const char* suffix : {"-wal", "-shm"}) {
      std::filesystem::remove(damaged_path + suffix);
    }
    const auto library = Library::open(damaged_path, {});
    if (library) {
      read_everything(**library);
      static_cast<void>((*library)->integrity_check({}));
    }
  }
}

}  // namespace
}  // namespace albumen
