// SPDX-License-Identifier: Apache-2.0
// Exporting into the same folder again: what does not belong any more goes, all else stays.

#include <array>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <optional>
#include <vector>

#include "exporters/internal/export_manifest.h"
#include "exporters/internal/export_place.h"
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

ExportManifest must_have(std::optional<ExportManifest> manifest) {
  EXPECT_TRUE(manifest.has_value());
  return manifest ? *std::move(manifest) : ExportManifest{};
}

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

// A folder that got another name doubled every copy, and told each time that its picture was not
// found.
TEST_F(ExportAgainTest, APictureThatWasMovedIsInTheFolderOnce) {
  fs::create_directory(folder_ / "source/new");
  for (const Placement placement : kPlacements) {
    write_as(placement);
    fs::rename(folder_ / "source/a.jpg", folder_ / "source/new/a.jpg");
    add_row(folder_ / "source/new/a.jpg", "", 1);
    together();
    for (const std::uint64_t removed : {1U, 0U}) {
      const auto report = write_as(placement);
      EXPECT_THAT(report.failures, IsEmpty()) << "of the path of before";
      EXPECT_THAT(report.spared, IsEmpty());
      EXPECT_EQ(report.removed, removed);
      EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "b.jpg", "contact-sheet.png"));
    }
    EXPECT_EQ(content_of(out_ + "/Ada/a.jpg"), jpeg(1));
    fs::rename(folder_ / "source/new/a.jpg", folder_ / "source/a.jpg");
    fs::remove_all(out_);
  }
}

// Two of the same bytes, whose originals had become links to them, each stood for the other, and
// both went.
TEST_F(ExportAgainTest, NoTwoFilesOfAnExportStandForEachOther) {
  for (const Placement placement : {Placement::kCopy, Placement::kHardLink}) {
    add_picture("twin.jpg", 2);
    together();
    write_as(placement);
    const std::vector<std::string> names{"b.jpg", "twin.jpg"};
    for (const std::string& name : names) {
      fs::remove(folder_ / ("source/" + name));
    }
    fs::create_symlink(out_ + "/Ada/twin.jpg", folder_ / "source/b.jpg");
    fs::create_symlink(out_ + "/Ada/b.jpg", folder_ / "source/twin.jpg");
    set_people({{.id = "p-1", .name = "Ada", .faces = {first_}}});
    EXPECT_EQ(write_as(placement).removed, 0U);
    for (const std::string& name : names) {
      EXPECT_EQ(content_of(out_ + "/Ada/" + name), jpeg(2));
      fs::remove(folder_ / ("source/" + name));
    }
    folder_.write("source/b.jpg", jpeg(2));
    fs::remove_all(out_);
  }
}

// People who had lost faces to an index run with other settings lost their pictures, too.
TEST_F(ExportAgainTest, NothingIsRemovedWhileThatIsAskedFor) {
  write_folders();
  set_people({{.id = "p-2", .name = "Bob", .faces = {second_}}});
  const auto kept = write_folders({.directory = out_, .keeps_earlier = true});
  EXPECT_EQ(kept.removed, 0U);
  EXPECT_THAT(kept.spared, IsEmpty());
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "b.jpg", "contact-sheet.png"));
  EXPECT_EQ(write_folders().removed, 3U);
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
    EXPECT_THAT(write_as(placement).spared, ElementsAre(EndsWith("out/Ada/b.jpg")));
    const auto again = write_as(placement);
    EXPECT_THAT(again.spared, IsEmpty()) << "it was said once, and is theirs";
    EXPECT_EQ(again.removed, 0U);
    EXPECT_EQ(content_of(out_ + "/Ada/b.jpg"), "retouched");
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

// While a disk was away, grey tiles took the place of everybody's faces.
TEST_F(ExportAgainTest, ASheetWithoutAnyFaceReplacesNone) {
  write_folders();
  const std::string sheet = out_ + "/Ada/contact-sheet.png";
  const std::string faces = content_of(sheet);
  fs::rename(folder_ / "source", folder_ / "away");
  for (int round = 0; round < 2; ++round) {
    const auto report = write_folders();
    EXPECT_EQ(report.sheets, 0U);
    EXPECT_EQ(report.sheets_kept, 1U);
    EXPECT_EQ(content_of(sheet), faces);
  }
  fs::rename(folder_ / "away", folder_ / "source");
  fs::remove(folder_ / "source/b.jpg");
  EXPECT_EQ(write_folders().sheets, 1U) << "one face can be drawn";
  EXPECT_NE(content_of(sheet), faces);
  folder_.write("source/b.jpg", jpeg(2));
  EXPECT_EQ(write_folders().sheets, 1U) << "and the sheet is still the export's own";
  EXPECT_EQ(content_of(sheet), faces);
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

// What was placed before an export ended, without its mark at the end, was nobody's: it stayed for
// ever, and the next export had to take other names.
TEST_F(ExportAgainTest, WhatAnExportPlacedBeforeItFailedIsKnownToTheNext) {
  Budget small{kKiB * 64};
  const auto failed = export_people_folders(*library_, reader_, {.directory = out_}, small, {});
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().code, ErrorCode::kBudgetExceeded) << "of the sheet";
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "b.jpg"));
  write_folders();
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "b.jpg", "contact-sheet.png"));
  split();
  EXPECT_EQ(write_folders().removed, 1U);
}

TEST_F(ExportAgainTest, WhatIsClaimedBeforeItIsPlacedIsKnownAfterAKill) {
  write_folders();
  // As a process leaves it that is killed behind its last picture.
  ExportManifest claims = must_have(read_manifest(out_ + "/Ada"));
  std::erase_if(claims.files,
                [](const ExportedFile& file) { return file.kind == ExportedKind::kSheet; });
  must(write_manifest(out_ + "/Ada", claims));
  fs::remove(out_ + "/Ada/contact-sheet.png");
  split();
  EXPECT_EQ(write_folders().removed, 1U);
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "contact-sheet.png"));
}

// Links took the place of copies whose originals were gone, and led nowhere.
TEST_F(ExportAgainTest, NoLinkReplacesTheLastOfAPicture) {
  for (const Placement placement : {Placement::kSymlink, Placement::kHardLink}) {
    for (const bool leads_here : {false, true}) {
      write_folders();
      const std::string original = folder_ / "source/b.jpg";
      fs::remove(original);
      if (leads_here) {
        fs::create_symlink(out_ + "/Ada/b.jpg", original);
      }
      const auto report = write_as(placement);
      EXPECT_FALSE(report.failures.empty());
      EXPECT_EQ(content_of(out_ + "/Ada/b.jpg"), jpeg(2));
      fs::remove(original);
      folder_.write("source/b.jpg", jpeg(2));
      fs::remove_all(out_);
    }
  }
}

// Files that stay shifted the names of others onto another file that had to stay.
TEST_F(ExportAgainTest, WhoHasToStayStaysHoweverNamesShift) {
  const FaceKey usb = add_picture("usb/b.jpg", 3);
  set_people({{.id = "p-1", .name = "Ada", .faces = {first_, second_, usb}}});
  write_folders();
  ASSERT_EQ(content_of(out_ + "/Ada/b-2.jpg"), jpeg(3));
  fs::remove(folder_ / "source/b.jpg");
  fs::remove(folder_ / "source/usb/b.jpg");
  const FaceKey other = add_picture("other/b.jpg", 4);
  set_people({{.id = "p-1", .name = "Ada", .faces = {first_, usb, other}}});
  write_folders();
  EXPECT_EQ(content_of(out_ + "/Ada/b.jpg"), jpeg(2));
  EXPECT_EQ(content_of(out_ + "/Ada/b-2.jpg"), jpeg(3));
  EXPECT_EQ(content_of(out_ + "/Ada/b-3.jpg"), jpeg(4));
}

// A retouched picture under another name was replaced by the next one of that name.
TEST_F(ExportAgainTest, FilesOfOthersKeepTheirNames) {
  write_folders();
  folder_.write("out/Ada/b-2.jpg", "mine");
  folder_.write("out/Ada/a.jpg", "retouched");
  const FaceKey other = add_picture("other/b.jpg", 3);
  set_people({{.id = "p-1", .name = "Ada", .faces = {first_, second_, other}}});
  write_folders();
  EXPECT_EQ(content_of(out_ + "/Ada/b-2.jpg"), "mine");
  EXPECT_EQ(content_of(out_ + "/Ada/b-3.jpg"), jpeg(3));
  EXPECT_EQ(content_of(out_ + "/Ada/a.jpg"), "retouched");
  EXPECT_EQ(content_of(out_ + "/Ada/a-2.jpg"), jpeg(1));
}

// That something is at the original's path was taken for the original.
TEST_F(ExportAgainTest, ACopyStaysWhenItsPathHasAnotherPicture) {
  write_folders();
  split();
  folder_.write("source/b.jpg", jpeg(7));
  const auto report = write_folders();
  EXPECT_EQ(report.removed, 0U);
  EXPECT_THAT(report.spared, ElementsAre(EndsWith("out/Ada/b.jpg")));
  EXPECT_EQ(content_of(out_ + "/Ada/b.jpg"), jpeg(2));
}

// A copy of a person's folder was emptied like a folder of somebody who is no longer there.
TEST_F(ExportAgainTest, CopiesOfFoldersAreTheirOwners) {
  write_folders();
  fs::copy(out_ + "/Ada", out_ + "/Ada 2025", fs::copy_options::recursive);
  EXPECT_EQ(write_folders().removed, 0U);
  EXPECT_THAT(names_in(out_ + "/Ada 2025"), ElementsAre("a.jpg", "b.jpg", "contact-sheet.png"));
}

// They were links to the links, and never known again.
TEST_F(ExportAgainTest, HardLinksOfLinksAreOfTheFilesThatTheyLeadTo) {
  const std::string real = folder_.write("elsewhere/real.jpg", jpeg(2));
  fs::remove(folder_ / "source/b.jpg");
  fs::create_symlink("../elsewhere/real.jpg", folder_ / "source/b.jpg");
  write_as(Placement::kHardLink);
  EXPECT_EQ(status_of(out_ + "/Ada/b.jpg").st_ino, status_of(real).st_ino);
  split();
  EXPECT_EQ(write_as(Placement::kHardLink).removed, 1U);
  EXPECT_EQ(content_of(real), jpeg(2));
}

TEST_F(ExportAgainTest, OneExportAtATimeAndNoneWhilePeopleChange) {
  const FileDescriptor lock = must(lock_place(folder_ / "."));
  const auto second =
      export_people_folders(*library_, reader_, {.directory = folder_ / "."}, budget_, {});
  ASSERT_FALSE(second.has_value());
  const auto changing = export_people_folders(*library_, reader_,
                                              {.directory = out_,
                                               .still_settled = [&]() -> Result<void> {
                                                 split();
                                                 return {};
                                               }},
                                              budget_, {});
  ASSERT_FALSE(changing.has_value());
  EXPECT_EQ(changing.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(fs::exists(out_));
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
  const std::vector<ExportedFile> files{
      {.kind = ExportedKind::kCopy, .name = "link.jpg", .source = precious, .digest = digest},
      {.kind = ExportedKind::kSheet, .name = "link.jpg", .source = "", .digest = digest},
      {.kind = ExportedKind::kHardLink, .name = "link.jpg", .source = precious},
      {.kind = ExportedKind::kSymlink, .name = "other.jpg", .source = precious + "x"},
      {.kind = ExportedKind::kSymlink, .name = "plain.jpg", .source = precious},
      {.kind = ExportedKind::kHardLink, .name = "plain.jpg", .source = precious},
      {.kind = ExportedKind::kCopy, .name = "hard.jpg", .source = precious, .digest = digest},
      {.kind = ExportedKind::kSheet, .name = "folder.jpg", .source = "", .digest = digest}};
  const KnownBytes none{.archived = {}, .files = {}, .export_folder = out_};
  auto earlier = must(EarlierFiles::look(out_ + "/Ada", files, none, {}));
  ASSERT_EQ(earlier.as_written().size(), 1U);
  EXPECT_EQ(earlier.as_written()[0].name, "hard.jpg");
  EXPECT_FALSE(earlier.may_go(earlier.as_written()[0])) << "its original is the same file";
  EXPECT_EQ(earlier.others().size(), 4U);
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
