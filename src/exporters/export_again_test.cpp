// SPDX-License-Identifier: Apache-2.0
// Exporting into the same folder again: what does not belong any more goes, all else stays.

#include <array>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>

#include "exporters/internal/export_manifest.h"
#include "exporters/internal/export_prune.h"
#include "exporters/testing/people_folders_fixture.h"
#include "files/sha256.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::Not;

namespace fs = std::filesystem;

class ExportAgainTest : public testing::PeopleFoldersFixture {
 protected:
  // Ada on a.jpg and b.jpg, and b.jpg is a stranger's in truth.
  void SetUp() override {
    PeopleFoldersFixture::SetUp();
    first_ = add_picture("a.jpg", 1);
    second_ = add_picture("b.jpg", 2);
    together();
  }

  void together() { set_people({{.id = "p-1", .name = "Ada", .faces = {first_, second_}}}); }

  void split() {
    set_people({{.id = "p-1", .name = "Ada", .faces = {first_}},
                {.id = "p-2", .name = "Bob", .faces = {second_}}});
  }

  PeopleFoldersReport write_as(Placement placement) {
    return write_folders({.directory = out_, .placement = placement});
  }

  FaceKey first_;
  FaceKey second_;
};

constexpr std::array kPlacements{Placement::kCopy, Placement::kHardLink, Placement::kSymlink};

// After a split the stranger's pictures stayed in Ada's folder for ever.
TEST_F(ExportAgainTest, PicturesOfSomebodyElseLeaveTheFolder) {
  for (const Placement placement : kPlacements) {
    together();
    write_as(placement);
    EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "b.jpg", "contact-sheet.png"));
    split();
    const auto report = write_as(placement);
    EXPECT_EQ(report.removed, 1U);
    EXPECT_THAT(report.spared, IsEmpty());
    EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "contact-sheet.png"));
    EXPECT_THAT(names_in(out_ + "/Bob"), ElementsAre("b.jpg", "contact-sheet.png"));
    EXPECT_EQ(content_of(folder_ / "source/b.jpg"), jpeg(2));
    fs::remove_all(out_);
  }
}

TEST_F(ExportAgainTest, AFolderOfSomebodyWhoIsNoLongerThereGoes) {
  split();
  write_folders();
  folder_.write("out/Bob/.albumen-abcdef.part", "of one who was killed");
  set_people({{.id = "p-1", .name = "Ada L.", .faces = {first_, second_}}});
  const auto report = write_folders();
  EXPECT_EQ(report.removed, 4U);
  EXPECT_THAT(names_in(out_), ElementsAre("Ada L"));
}

TEST_F(ExportAgainTest, WhatNoExportWroteStaysWithItsFolder) {
  split();
  write_folders();
  folder_.write("out/Bob/notes.txt", "mine");
  folder_.write("out/mine.txt", "mine");
  together();
  EXPECT_EQ(write_folders().removed, 2U);
  EXPECT_THAT(names_in(out_ + "/Bob"), ElementsAre("notes.txt"));
  EXPECT_TRUE(fs::exists(out_ + "/mine.txt"));
}

TEST_F(ExportAgainTest, WhatWasChangedSinceStays) {
  for (const Placement placement : kPlacements) {
    together();
    write_as(placement);
    fs::remove(out_ + "/Ada/b.jpg");
    folder_.write("out/Ada/b.jpg", "retouched");
    split();
    for (int round = 0; round < 2; ++round) {
      const auto report = write_as(placement);
      EXPECT_EQ(report.removed, 0U);
      EXPECT_THAT(report.spared, ElementsAre(EndsWith("out/Ada/b.jpg")));
      EXPECT_EQ(content_of(out_ + "/Ada/b.jpg"), "retouched");
    }
    fs::remove_all(out_);
  }
}

TEST_F(ExportAgainTest, TheLastOfAPictureStaysAndNobodyTakesItsName) {
  for (const Placement placement : {Placement::kCopy, Placement::kHardLink}) {
    together();
    write_as(placement);
    fs::remove(folder_ / "source/b.jpg");
    const FaceKey other = add_picture("other/b.jpg", 3);
    set_people({{.id = "p-1", .name = "Ada", .faces = {first_, other}}});
    for (int round = 0; round < 2; ++round) {
      const auto report = write_as(placement);
      EXPECT_EQ(report.removed, 0U);
      EXPECT_EQ(content_of(out_ + "/Ada/b.jpg"), jpeg(2)) << "all that is left of it";
      EXPECT_EQ(content_of(out_ + "/Ada/b-2.jpg"), jpeg(3));
    }
    folder_.write("source/b.jpg", jpeg(2));
    fs::remove_all(out_);
  }
}

TEST_F(ExportAgainTest, APictureThatCannotBeReadNowKeepsWhatWasWrittenOfIt) {
  write_folders();
  fs::remove(folder_ / "source/b.jpg");
  const auto report = write_folders();
  EXPECT_FALSE(report.failures.empty());
  EXPECT_EQ(content_of(out_ + "/Ada/b.jpg"), jpeg(2));
  folder_.write("source/b.jpg", jpeg(2));
  split();
  EXPECT_EQ(write_folders().removed, 1U) << "it is still known";
  EXPECT_THAT(names_in(out_ + "/Ada"), Not(Contains("b.jpg")));
}

TEST_F(ExportAgainTest, OnlyFoldersOfThoseWhoAreAskedForChange) {
  split();
  write_folders();
  set_people({{.id = "p-1", .name = "Eda", .faces = {first_}},
              {.id = "p-2", .name = "Bert", .faces = {second_}}});
  write_folders({.directory = out_, .people = {"p-1"}});
  EXPECT_THAT(names_in(out_), ElementsAre("Bob", "Eda"));
  write_folders();
  EXPECT_THAT(names_in(out_), ElementsAre("Bert", "Eda"));
}

TEST_F(ExportAgainTest, FoldersOfAnotherLibraryStay) {
  write_folders();
  const auto manifest = read_manifest(out_ + "/Ada");
  ASSERT_TRUE(manifest.has_value());
  ExportManifest other = *manifest;
  other.library = "/elsewhere/library.db";
  must(write_manifest(out_ + "/Ada", other));
  set_people({{.id = "p-1", .name = "Eda", .faces = {first_, second_}}});
  EXPECT_EQ(write_folders().removed, 0U);
  EXPECT_THAT(names_in(out_), ElementsAre("Ada", "Eda"));
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "b.jpg", "contact-sheet.png"));
}

TEST_F(ExportAgainTest, WhatAStopLeftIsKnownToTheNextExport) {
  std::stop_source stop;
  stop.request_stop();
  ASSERT_FALSE(
      export_people_folders(*library_, reader_, {.directory = out_}, budget_, stop.get_token()));
  write_folders();
  split();
  EXPECT_EQ(write_folders().removed, 1U);
}

// A manifest may come from anywhere, with links where it says that there are files.
TEST_F(ExportAgainTest, NothingOutsideOfTheFolderIsTouchedAndNoLinkFollowed) {
  const std::string precious = folder_.write("precious.jpg", "precious");
  const Sha256Digest digest = must(sha256_of_file(precious));
  folder_.write("out/Ada/plain.jpg", "precious");
  fs::create_symlink(precious, out_ + "/Ada/link.jpg");
  fs::create_symlink(precious, out_ + "/Ada/other.jpg");
  fs::create_directory(out_ + "/Ada/folder.jpg");
  fs::create_hard_link(precious, out_ + "/Ada/hard.jpg");
  const ExportManifest manifest{
      .library = "",
      .person = "p-1",
      .files = {
          {.kind = ExportedKind::kCopy, .name = "link.jpg", .source = precious, .digest = digest},
          {.kind = ExportedKind::kSheet, .name = "link.jpg", .source = "", .digest = digest},
          {.kind = ExportedKind::kHardLink, .name = "link.jpg", .source = precious},
          {.kind = ExportedKind::kSymlink, .name = "other.jpg", .source = precious + "x"},
          {.kind = ExportedKind::kSymlink, .name = "plain.jpg", .source = precious},
          {.kind = ExportedKind::kHardLink, .name = "plain.jpg", .source = precious},
          {.kind = ExportedKind::kCopy, .name = "hard.jpg", .source = precious, .digest = digest},
          {.kind = ExportedKind::kSheet, .name = "folder.jpg", .source = "", .digest = digest}}};
  const Pruned pruned = must(prune_files(out_ + "/Ada", manifest, {}, ExportPruning::kReal, {}));
  EXPECT_EQ(pruned.removed, 0U);
  EXPECT_EQ(pruned.spared.size(), manifest.files.size());
  EXPECT_EQ(names_in(out_ + "/Ada").size(), 5U);
  EXPECT_EQ(content_of(precious), "precious");
  EXPECT_FALSE(must(remove_if_empty(out_ + "/Ada")));
}

TEST_F(ExportAgainTest, CopiesOfMembersGoWhileTheirArchiveIsThere) {
  ZipWriter archive;
  archive.add({.name = "in/side.jpg", .content = jpeg(5)});
  const std::string path = folder_.write("source/set.zip", archive.finish());
  add_row(path, "in/side.jpg", 5);
  const FaceKey member{.picture = digest_of(5), .index = 0};
  for (const bool is_there : {true, false}) {
    set_people({{.id = "p-1", .name = "Ada", .faces = {first_, member}}});
    write_folders();
    EXPECT_THAT(names_in(out_ + "/Ada"), Contains("side.jpg"));
    split();
    if (!is_there) {
      fs::remove(path);
    }
    write_folders();
    EXPECT_EQ(fs::exists(out_ + "/Ada/side.jpg"), !is_there);
  }
}

}  // namespace
}  // namespace albumen
