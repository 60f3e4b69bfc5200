// SPDX-License-Identifier: Apache-2.0
// One folder per person, on a real file system, from pictures made by code.
#include "exporters/people_folders.h"

#include <algorithm>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stop_token>
#include <sys/stat.h>
#include <unistd.h>

#include "decode/decoder.h"
#include "exporters/contact_sheet.h"
#include "exporters/testing/people_folders_fixture.h"
#include "files/path_text.h"
#include "sources/testing/collect_events.h"
#include "sources/testing/zip_writer.h"

namespace albumen {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::UnorderedElementsAre;

namespace fs = std::filesystem;

class PeopleFoldersTest : public testing::PeopleFoldersFixture {};

// A file as the place was "not found".
TEST_F(PeopleFoldersTest, AFileIsNoPlace) {
  const auto picture = add_picture("a.jpg", 1);
  set_people({{.id = "p-1", .name = "Ada", .faces = {picture}}});
  const std::string file = folder_.write("notes.txt", "mine");
  for (const std::string& place : {file, file + "/people"}) {
    const PeopleFoldersOptions options{.directory = place};
    const auto refused = export_people_folders(*library_, reader_, options, budget_, {});
    EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument);
    EXPECT_THAT(message_of(refused), HasSubstr("is no folder"));
  }
  EXPECT_EQ(content_of(file), "mine");
}

// Links that cannot be made became copies, which take space, without a word.
TEST_F(PeopleFoldersTest, WhatIsCopiedInsteadOfLinkedIsCounted) {
  const std::string elsewhere = "/dev/shm/";
  const auto picture = add_picture("a.jpg", 1);
  set_people({{.id = "p-1", .name = "Ada", .faces = {picture}}});
  struct stat there{};
  const struct stat here = status_of(folder_.path());
  if (::stat(elsewhere.c_str(), &there) != 0 || there.st_dev == here.st_dev ||
      ::access(elsewhere.c_str(), W_OK) != 0) {
    GTEST_SKIP() << "needs a second file system";
  }
  EXPECT_EQ(write_folders({.directory = out_, .placement = Placement::kHardLink}).copied, 0U);
  const TemporaryDirectory other{elsewhere};
  const auto report =
      write_folders({.directory = other / "out", .placement = Placement::kHardLink});
  EXPECT_EQ(report.pictures, 1U);
  EXPECT_EQ(report.copied, 1U);
}

TEST_F(PeopleFoldersTest, APersonsPicturesAndAContactSheetStandInOneFolder) {
  const FaceKey first = add_picture("a.jpg", 1);
  const FaceKey second = add_picture("b.jpg", 2);
  add_picture("nobody.jpg", 3);
  set_people({{.id = "p-1", .name = "Ada", .faces = {first, second}}});
  const auto report = write_folders();
  EXPECT_EQ(report.people, 1U);
  EXPECT_EQ(report.pictures, 2U);
  EXPECT_EQ(report.sheets, 1U);
  EXPECT_THAT(report.failures, IsEmpty());
  EXPECT_THAT(names_in(out_), ElementsAre("Ada"));
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "b.jpg", "contact-sheet.png"));
  EXPECT_EQ(content_of(out_ + "/Ada/a.jpg"), jpeg(1));
  EXPECT_EQ(budget_.used(), Bytes{});
}

TEST_F(PeopleFoldersTest, TheContactSheetIsAPictureThatShowsTheFaces) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  write_folders();
  const std::string png = content_of(out_ + "/Ada/contact-sheet.png");
  const auto image =
      testing::as_image(budget_, std::as_bytes(std::span{png.data(), png.size()}), "sheet");
  const ImageInfo info = must(probe(image));
  EXPECT_EQ(info.type, ContentType::kPng);
  EXPECT_GE(info.stored_size.longest_side(), kTileSide);
  const std::array views{
      ViewSpec{.longest_side = info.stored_size.longest_side(), .layout = ViewLayout::kDecoded}};
  const DecodePlan how = must(plan(info, views, kMiB * 32));
  auto job = must(budget_.reserve(MemoryTag::kPixels, how.peak_bytes, {}));
  const DecodedImage decoded = must(decode(image, info, how, {}, job));
  // Colour comes from the photograph alone: ground and text are grey.
  std::uint32_t coloured = 0;
  const ImageView pixels = decoded.planes[0];
  for (std::uint32_t y = 0; y < pixels.height(); ++y) {
    const auto row = pixels.row(y);
    for (std::size_t x = 0; x + 2 < row.size(); x += 3) {
      const auto [least, most] = std::ranges::minmax(row.subspan(x, 3));
      coloured += most - least > 8 ? 1U : 0U;
    }
  }
  EXPECT_GT(coloured, kTileSide * kTileSide / 4);
}

TEST_F(PeopleFoldersTest, ManyFacesTakeSeveralSheets) {
  std::vector<FaceKey> faces;
  for (std::uint64_t seed = 1; seed <= kMaxTilesOnSheet + 1; ++seed) {
    faces.push_back(add_picture(std::to_string(seed) + ".jpg", seed));
  }
  set_people({{.id = "p-1", .name = "Ada", .faces = faces}});
  EXPECT_EQ(write_folders().sheets, 2U);
  EXPECT_THAT(names_in(out_ + "/Ada"), IsSupersetOf({"contact-sheet.png", "contact-sheet-2.png"}));
}

TEST_F(PeopleFoldersTest, EveryPlacementLeavesTheOriginalsAsTheyAre) {
  const FaceKey face = add_picture("a.jpg", 1);
  const std::string original = folder_ / "source/a.jpg";
  const std::string placed = out_ + "/Ada/a.jpg";
  set_people({{.id = "p-1", .name = "Ada", .faces = {face}}});
  const struct stat before = status_of(original);
  const auto check_original = [&] {
    EXPECT_EQ(content_of(original), jpeg(1));
    EXPECT_EQ(status_of(original).st_ino, before.st_ino);
    EXPECT_EQ(status_of(original).st_mtim.tv_nsec, before.st_mtim.tv_nsec);
    EXPECT_EQ(status_of(original).st_mode, before.st_mode);
    EXPECT_EQ(content_of(placed), jpeg(1));
    EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "contact-sheet.png"));
  };
  // Twice each, and each over what every other one left.
  for (const Placement placement :
       {Placement::kCopy, Placement::kSymlink, Placement::kHardLink, Placement::kCopy,
        Placement::kHardLink, Placement::kHardLink, Placement::kSymlink, Placement::kSymlink,
        Placement::kCopy, Placement::kCopy}) {
    const auto report = write_folders({.directory = out_, .placement = placement});
    EXPECT_THAT(report.failures, IsEmpty());
    check_original();
    EXPECT_EQ(S_ISLNK(status_of(placed).st_mode), placement == Placement::kSymlink);
    EXPECT_EQ(status_of(placed).st_ino == before.st_ino, placement == Placement::kHardLink);
  }
  EXPECT_EQ(status_of(original).st_nlink, 1U);
}

TEST_F(PeopleFoldersTest, ASymbolicLinkLeadsToTheOriginalFromAnywhere) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  write_folders({.directory = out_, .placement = Placement::kSymlink});
  fs::rename(out_, folder_ / "moved");
  EXPECT_EQ(content_of(folder_ / "moved/Ada/a.jpg"), jpeg(1));
}

TEST_F(PeopleFoldersTest, MembersOfArchivesAreCopiedWhateverThePlacement) {
  ZipWriter archive;
  archive.add({.name = "in/side.jpg", .content = jpeg(1), .deflate = true});
  archive.add({.name = "other.jpg", .content = jpeg(2)});
  const std::string path = folder_.write("source/set.zip", archive.finish());
  add_row(path, "in/side.jpg", 1);
  add_row(path, "other.jpg", 2);
  set_people({{.id = "p-1", .name = "Ada", .faces = {{digest_of(1), 0}, {digest_of(2), 0}}}});
  for (const Placement placement : {Placement::kCopy, Placement::kHardLink, Placement::kSymlink}) {
    const auto report = write_folders({.directory = out_, .placement = placement});
    EXPECT_EQ(report.pictures, 2U);
    EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("contact-sheet.png", "other.jpg", "side.jpg"));
    EXPECT_TRUE(S_ISREG(status_of(out_ + "/Ada/side.jpg").st_mode));
    EXPECT_EQ(content_of(out_ + "/Ada/side.jpg"), jpeg(1));
  }
}

// Indexed under limits that were raised for it, a member was "no longer there" for the export.
TEST_F(PeopleFoldersTest, MembersBeyondTheUsualLimitsOfArchivesAreFound) {
  ZipWriter archive;
  const std::string padded = jpeg(1).append(std::string(kMiB.count() * 2, '\0'));
  archive.add({.name = "padded.jpg", .content = padded, .deflate = true});
  const std::string path = folder_.write("source/set.zip", archive.finish());
  EXPECT_THAT(collect_events({path}).names(), IsEmpty()) << "its ratio is that of a bomb";
  add_row(path, "padded.jpg", 1);
  set_people({{.id = "p-1", .name = "Ada", .faces = {{digest_of(1), 0}}}});
  const auto report = write_folders();
  EXPECT_THAT(report.failures, IsEmpty());
  EXPECT_EQ(content_of(out_ + "/Ada/padded.jpg"), padded);
}

TEST_F(PeopleFoldersTest, APictureOfTwoPeopleStandsInBothFoldersAndTwiceInNone) {
  const FaceKey face = add_picture("a.jpg", 1, 3);
  FaceKey second = face;
  second.index = 1;
  FaceKey third = face;
  third.index = 2;
  set_people({{.id = "p-1", .name = "Ada", .faces = {face, third}},
              {.id = "p-2", .name = "Bob", .faces = {second}}});
  const auto report = write_folders();
  EXPECT_EQ(report.pictures, 2U);
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "contact-sheet.png"));
  EXPECT_THAT(names_in(out_ + "/Bob"), ElementsAre("a.jpg", "contact-sheet.png"));
}

TEST_F(PeopleFoldersTest, EqualNamesOfPicturesAreToldApartAndNoneIsLost) {
  std::vector<FaceKey> faces;
  std::uint64_t seed = 0;
  for (const char* name : {"1/x.jpg", "2/x.jpg", "3/x-2.jpg", "4/x.jpg", "5/contact-sheet.png",
                           "6/contact-sheet.png", "7/none", "8/none"}) {
    faces.push_back(add_picture(name, ++seed));
  }
  set_people({{.id = "p-1", .name = "Ada", .faces = faces}});
  for (int round = 0; round < 2; ++round) {
    const auto report = write_folders();
    EXPECT_EQ(report.pictures, 8U);
    const auto names = names_in(out_ + "/Ada");
    EXPECT_THAT(names, IsSupersetOf({"x.jpg", "x-2.jpg", "contact-sheet.png", "none", "none-2"}));
    std::multiset<std::string> contents;
    for (const std::string& name : names) {
      if (name != "contact-sheet.png") {
        contents.insert(content_of(out_ + "/Ada/" + name));
      }
    }
    for (std::uint32_t picture = 1; picture <= 8; ++picture) {
      EXPECT_EQ(contents.count(jpeg(picture)), 1U) << picture;
    }
  }
  EXPECT_EQ(content_of(out_ + "/Ada/x.jpg"), jpeg(1)) << "the first by path keeps its name";
}

TEST_F(PeopleFoldersTest, OddNamesOfPicturesKeepTheirBytes) {
  const std::string longest = std::string(251, 'l') + ".jpg";
  const std::string latin{"caf\xE9 \n%.jpg"};
  std::vector<FaceKey> faces{add_picture(latin, 1), add_picture("a/" + longest, 2),
                             add_picture("b/" + longest, 3), add_picture("-rf *.jpg", 4)};
  set_people({{.id = "p-1", .name = "Ada", .faces = faces}});
  for (const Placement placement : {Placement::kCopy, Placement::kHardLink, Placement::kSymlink}) {
    fs::remove_all(out_);
    const auto report = write_folders({.directory = out_, .placement = placement});
    EXPECT_THAT(report.failures, IsEmpty());
    EXPECT_EQ(report.pictures, 4U);
    EXPECT_EQ(names_in(out_ + "/Ada").size(), 5U);
    EXPECT_EQ(content_of(out_ + "/Ada/" + latin), jpeg(1));
    EXPECT_EQ(content_of(out_ + "/Ada/" + longest), jpeg(2));
    EXPECT_EQ(content_of(out_ + "/Ada/-rf *.jpg"), jpeg(4));
  }
}

TEST_F(PeopleFoldersTest, PeopleOfOneNameHaveFoldersOfTheirOwn) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("1.jpg", 1)}},
              {.id = "p-2", .name = "Ada", .faces = {add_picture("2.jpg", 2)}},
              {.id = "p-3", .name = "A/B", .faces = {add_picture("3.jpg", 3)}},
              {.id = "p-4", .name = "A:B", .faces = {add_picture("4.jpg", 4)}},
              {.id = "p-5", .name = "", .faces = {add_picture("5.jpg", 5)}}});
  EXPECT_EQ(write_folders().people, 5U);
  EXPECT_THAT(names_in(out_), ElementsAre("A_B p-3", "A_B p-4", "Ada p-1", "Ada p-2", "p-5"));
  EXPECT_THAT(names_in(out_ + "/A_B p-4"), ElementsAre("4.jpg", "contact-sheet.png"));
}

// Somebody called "Ada p-1" shared a folder with the first of two Adas, and "ada" with "Ada" where
// case does not count.
TEST_F(PeopleFoldersTest, FoldersAreDistinctWhateverPeopleAreCalled) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("1.jpg", 1)}},
              {.id = "p-2", .name = "Ada", .faces = {add_picture("2.jpg", 2)}},
              {.id = "p-3", .name = "Ada p-1", .faces = {add_picture("3.jpg", 3)}},
              {.id = "p-4", .name = "Bob", .faces = {add_picture("4.jpg", 4)}},
              {.id = "p-5", .name = "bob", .faces = {add_picture("5.jpg", 5)}},
              {.id = "p-6", .name = "p-7", .faces = {add_picture("6.jpg", 6)}},
              {.id = "p-7", .name = "", .faces = {add_picture("7.jpg", 7)}}});
  EXPECT_EQ(write_folders().people, 7U);
  EXPECT_THAT(names_in(out_), ElementsAre("Ada p-1", "Ada p-1-2", "Ada p-2", "Bob p-4", "bob p-5",
                                          "p-7", "p-7 p-6"));
  EXPECT_THAT(names_in(out_ + "/Ada p-1"), ElementsAre("3.jpg", "contact-sheet.png"));
  EXPECT_THAT(names_in(out_ + "/Ada p-1-2"), ElementsAre("1.jpg", "contact-sheet.png"));
  // The same folders when only some are written.
  write_folders({.directory = folder_ / "some", .people = {"p-1", "p-6"}});
  EXPECT_THAT(names_in(folder_ / "some"), ElementsAre("Ada p-1-2", "p-7 p-6"));
}

TEST(FolderNameTest, IsSafeOnEveryFileSystemAndNeverEmpty) {
  const auto name_of = [](const std::string& name, const std::string& id = "p-1") {
    return folder_name({.id = id, .name = name}, true);
  };
  EXPECT_EQ(name_of("Zoë Müller"), "Zoë Müller");
  EXPECT_EQ(name_of("a/b\\c:d*e?f\"g<h>i|j\n\x7F"), "a_b_c_d_e_f_g_h_i_j__");
  EXPECT_EQ(name_of("..."), "p-1");
  EXPECT_EQ(name_of(" .hidden. "), "hidden");
  EXPECT_EQ(name_of(".."), "p-1");
  EXPECT_EQ(name_of(""), "p-1");
  EXPECT_EQ(name_of("caf\xE9"), "caf") << "no text that is none";
  // An id comes from the library, which may be anybody's.
  EXPECT_THAT(name_of("", "../../up"),
              AllOf(::testing::Not(HasSubstr("/")), ::testing::Not(::testing::StartsWith("."))));
  EXPECT_FALSE(name_of("", "..").empty());
  EXPECT_FALSE(name_of("", "").empty());
  std::string wide;
  for (int letter = 0; letter < 150; ++letter) {
    wide += "é";
  }
  EXPECT_EQ(name_of(wide), wide.substr(0, 200));
  EXPECT_TRUE(is_utf8(name_of("x" + wide)));
  EXPECT_EQ(folder_name({.id = "p-1", .name = "Ada"}, false), "Ada p-1");
}

TEST_F(PeopleFoldersTest, WhoIsWrittenIsChosenById) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("1.jpg", 1)}},
              {.id = "p-2", .name = "Bob", .faces = {add_picture("2.jpg", 2)}},
              {.id = "p-3", .tentative = true, .faces = {add_picture("3.jpg", 3)}}});
  write_folders({.directory = folder_ / "all"});
  EXPECT_THAT(names_in(folder_ / "all"), ElementsAre("Ada", "Bob"));
  write_folders({.directory = folder_ / "tentative", .tentative = true});
  EXPECT_THAT(names_in(folder_ / "tentative"), ElementsAre("Ada", "Bob", "p-3"));
  write_folders({.directory = folder_ / "some", .people = {"p-2", "p-3"}});
  EXPECT_THAT(names_in(folder_ / "some"), ElementsAre("Bob", "p-3"));
}

TEST_F(PeopleFoldersTest, WhatStandsInTheFolderAlreadyStays) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  folder_.write("out/mine.txt", "mine");
  fs::create_directory(out_ + "/Ada");
  write_folders();
  folder_.write("out/Ada/a.jpg.part", "also mine");
  for (const Placement placement : {Placement::kCopy, Placement::kHardLink, Placement::kSymlink}) {
    write_folders({.directory = out_, .placement = placement});
    EXPECT_EQ(content_of(out_ + "/mine.txt"), "mine");
    EXPECT_EQ(content_of(out_ + "/Ada/a.jpg.part"), "also mine");
  }
}

TEST_F(PeopleFoldersTest, AFolderThatHoldsTheOriginalsIsRefused) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  for (const std::string& directory :
       {folder_.path(), folder_ / "source", folder_ / "source/../source"}) {
    const auto refused =
        export_people_folders(*library_, reader_, {.directory = directory}, budget_, {});
    EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument) << directory;
    EXPECT_THAT(message_of(refused), HasSubstr("choose another folder"));
  }
  EXPECT_THAT(names_in(folder_ / "source"), ElementsAre("a.jpg"));
}

// A folder called like a person and full of somebody's own pictures lost those whose names met.
TEST_F(PeopleFoldersTest, APersonsFolderThatNoExportWroteIsRefusedBeforeAnythingIsWritten) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}},
              {.id = "p-2", .name = "Bob", .faces = {add_picture("b.jpg", 2)}}});
  folder_.write("out/Bob/b.jpg", "precious");
  for (const Placement placement : {Placement::kCopy, Placement::kHardLink, Placement::kSymlink}) {
    const auto refused = export_people_folders(
        *library_, reader_, {.directory = out_, .placement = placement}, budget_, {});
    EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument);
    EXPECT_THAT(message_of(refused), HasSubstr("out/Bob: is there already"));
    EXPECT_THAT(names_in(out_), ElementsAre("Bob"));
    EXPECT_THAT(names_in(out_ + "/Bob"), ElementsAre("b.jpg"));
    EXPECT_FALSE(fs::exists(out_ + "/Bob/" + std::string{kExportMark}));
    EXPECT_EQ(content_of(out_ + "/Bob/b.jpg"), "precious");
  }
  fs::remove_all(out_ + "/Bob");
  fs::create_symlink("nowhere", out_ + "/Bob");
  EXPECT_EQ(code_of(export_people_folders(*library_, reader_, {.directory = out_}, budget_, {})),
            ErrorCode::kInvalidArgument);
  EXPECT_THAT(names_in(out_), ElementsAre("Bob"));
}

// Killed while it wrote the mark, an export had no place to go on in.
TEST_F(PeopleFoldersTest, AFolderWithTheBeginningOfAMarkIsAnExports) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  folder_.write("out/Ada/.albumen-abcdef.part", "");
  EXPECT_EQ(write_folders().people, 1U);
  EXPECT_TRUE(fs::exists(out_ + "/Ada/a.jpg"));
}

// Only pictures with people on them were looked at: a source without any was written into.
TEST_F(PeopleFoldersTest, AFolderThatHoldsAnyPictureOfTheLibraryIsRefused) {
  add_picture("b/Ada/a.jpg", 2, 0);
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  const auto refused =
      export_people_folders(*library_, reader_, {.directory = folder_ / "source/b"}, budget_, {});
  EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument);
  EXPECT_THAT(message_of(refused), HasSubstr("source/b/Ada/a.jpg"));
  EXPECT_THAT(names_in(folder_ / "source/b/Ada"), ElementsAre("a.jpg"));
  EXPECT_EQ(content_of(folder_ / "source/b/Ada/a.jpg"), jpeg(2));
}

// "/" became "//", with which no path begins, and a relative path stayed one when its first folder
// was missing.
TEST_F(PeopleFoldersTest, AFolderIsJudgedByThePlaceThatItsNameLeadsTo) {
  add_picture("a.jpg", 1);
  fs::create_directory_symlink(folder_ / "source", folder_ / "link");
  add_row(folder_ / "link/linked.jpg", "", 2);
  fs::create_directory(folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "other");
  add_row(folder_ / "other/x.jpg", "", 3);
  must(writer_->flush());
  const fs::path before = fs::current_path();
  fs::current_path(folder_.path());
  for (const std::string directory :
       {"/", ".", "source", "missing/../source", "./link", "link/", "elsewhere", "other/.", ""}) {
    const auto refused =
        export_people_folders(*library_, reader_, {.directory = directory}, budget_, {});
    EXPECT_FALSE(refused.has_value()) << directory;
    EXPECT_EQ(code_of(refused), directory.empty() ? ErrorCode::kIo : ErrorCode::kInvalidArgument)
        << directory;
  }
  EXPECT_EQ(write_folders({.directory = "missing/people"}).people, 0U);
  EXPECT_TRUE(fs::is_directory("missing/people"));
  fs::current_path(before);
}

TEST_F(PeopleFoldersTest, AListingOfTheOriginalsLeavesTheExportOut) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  write_folders({.directory = folder_ / "source/people"});
  ASSERT_THAT(names_in(folder_ / "source/people/Ada"), IsSupersetOf({"a.jpg"}));
  const CollectedEvents listed = collect_events({folder_ / "source"});
  EXPECT_THAT(listed.names(), ElementsAre(folder_ / "source/a.jpg"));
}

TEST_F(PeopleFoldersTest, APictureThatIsGoneOrBrokenIsReportedAndTheRestIsWritten) {
  const std::vector<FaceKey> faces{add_picture("a.jpg", 1), add_picture("gone.jpg", 2),
                                   add_picture("broken.jpg", 3)};
  fs::remove(folder_ / "source/gone.jpg");
  folder_.write("source/broken.jpg", "no picture any more");
  set_people({{.id = "p-1", .name = "Ada", .faces = faces}});
  const auto report = write_folders();
  EXPECT_EQ(report.pictures, 2U) << "what is there is copied, whatever it is now";
  EXPECT_EQ(report.sheets, 1U);
  std::set<std::string> named;
  for (const PlacementFailure& failure : report.failures) {
    named.insert(failure.name);
  }
  EXPECT_THAT(named, UnorderedElementsAre(HasSubstr("gone.jpg"), HasSubstr("broken.jpg")));
  EXPECT_THAT(names_in(out_ + "/Ada"), ElementsAre("a.jpg", "broken.jpg", "contact-sheet.png"));
}

TEST_F(PeopleFoldersTest, EveryReadThatFailsCostsOnePictureOrOneTile) {
  set_people(
      {{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1), add_picture("b.jpg", 2)}}});
  std::size_t reported = 0;
  for (std::uint64_t nth = 1;; ++nth) {
    fs::remove_all(out_);
    reader_.fail_nth_for_testing(nth);
    const auto report = write_folders();
    reader_.fail_nth_for_testing(0);
    EXPECT_EQ(report.sheets, 1U) << nth;
    EXPECT_EQ(budget_.used(), Bytes{}) << nth;
    if (report.failures.empty()) {
      EXPECT_EQ(report.pictures, 2U);
      break;
    }
    EXPECT_EQ(report.failures.size(), 1U) << nth;
    EXPECT_EQ(report.failures.front().error.code, ErrorCode::kIo) << nth;
    EXPECT_GE(report.pictures, 1U) << nth;
    ++reported;
  }
  EXPECT_GE(reported, 4U) << "two copies and two tiles are read";
}

// Sheets and their encoder had a ledger of their own beside the memory budget.
TEST_F(PeopleFoldersTest, SheetsAreMadeOutOfTheBudget) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  Budget small{kKiB * 512};
  const auto refused = export_people_folders(*library_, reader_, {.directory = out_}, small, {});
  EXPECT_EQ(code_of(refused), ErrorCode::kBudgetExceeded);
  EXPECT_THAT(message_of(refused), HasSubstr("a contact sheet of 1 face"));
  EXPECT_THAT(write_folders().failures, IsEmpty());
  EXPECT_GE(budget_.peak(), ContactSheet::bytes_for(1));
  EXPECT_EQ(budget_.used(), Bytes{});
}

TEST_F(PeopleFoldersTest, AStopEndsTheExport) {
  set_people({{.id = "p-1", .name = "Ada", .faces = {add_picture("a.jpg", 1)}}});
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of(export_people_folders(*library_, reader_, {.directory = out_}, budget_,
                                          stop.get_token())),
            ErrorCode::kCancelled);
  EXPECT_EQ(budget_.used(), Bytes{});
}

}  // namespace
}  // namespace albumen
