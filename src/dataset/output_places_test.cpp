// SPDX-License-Identifier: Apache-2.0
#include "dataset/output_places.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace albumen {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kExtension = ".caption";  // longer than those of pictures

TEST(OutputPlacesTest, FoldersStayAndStemsMeetNowhere) {
  OutputPlaces places{Renaming::kKeep, kExtension};
  const auto text = [&places](std::string_view relative) {
    const OutputPlace place = places.place(relative);
    return place.folder + "|" + place.stem;
  };
  EXPECT_EQ(text("a/x.jpg"), "a|x");
  EXPECT_EQ(text("b/x.png"), "b|x");
  EXPECT_EQ(text("a/x.png"), "a|x-2");
  EXPECT_EQ(text("a/X.jpeg"), "a|X-3");
  EXPECT_EQ(text("x.y.jpg"), "|x.y");
  EXPECT_EQ(text("none"), "|none");
  EXPECT_EQ(text("a/b/c/x.jpg"), "a/b/c|x");
  EXPECT_EQ(text(".//a/./b//c/x.png"), "a/b/c|x-2") << "the same folder, as archives may name it";
  EXPECT_EQ(text("./none"), "|none-2");
}

std::vector<std::string> outputs(OutputPlaces places, const std::vector<std::string>& pictures) {
  for (const std::string& picture : pictures) {
    places.expect(picture);
  }
  std::vector<std::string> found;
  for (const std::string& picture : pictures) {
    const OutputPlace place = places.place(picture);
    found.push_back(place.folder.empty() ? place.stem
                                         : fmt::format("{}/{}", place.folder, place.stem));
  }
  return found;
}

// a.jpg becomes a.png: beside a folder of that name, either it or what is in the folder failed,
// whichever came later.
TEST(OutputPlacesTest, NeitherPictureNorCaptionIsCalledLikeAFolder) {
  const std::vector<std::string> pictures{
      "a.jpg", "a.PNG/1.jpg", "b.jpg", "b.caption/2.jpg", "c.jpg", "x/c.webp/y/z/3.jpg", "x/c.gif"};
  EXPECT_THAT(outputs({Renaming::kKeep, kExtension}, pictures),
              ElementsAre("a-2", "a.PNG/1", "b-2", "b.caption/2", "c", "x/c.webp/y/z/3", "x/c-2"));
  EXPECT_THAT(outputs({Renaming::kKeep, ".txt"}, {"b.jpg", "b.caption/2.jpg", "a", "a.gif/b.jpg"}),
              ElementsAre("b", "b.caption/2", "a", "a.gif/b"));
  EXPECT_THAT(outputs({Renaming::kSequence, kExtension}, {"a.jpg", "000001.png/b.jpg"}),
              ElementsAre("000001-2", "000001.png/000002"));
}

// A folder manifest.jsonl/ in the set made every run fail at its end.
TEST(OutputPlacesTest, TheManifestAndTheStateOfASetHaveTheirNamesToThemselves) {
  EXPECT_THAT(outputs({Renaming::kKeep, kExtension},
                      {"manifest.jsonl/a.jpg", "Manifest.JSONL/b/c.jpg", ".albumen-dataset/d.jpg",
                       "manifest.jsonl_/a.png", "e/manifest.jsonl/f.jpg", "manifest.jpg"}),
              ElementsAre("manifest.jsonl_/a", "Manifest.JSONL_/b/c", ".albumen-dataset_/d",
                          "manifest.jsonl_/a-2", "e/manifest.jsonl/f", "manifest"));
  EXPECT_THAT(outputs({Renaming::kKeep, ".jsonl"}, {"manifest.jpg", "a/manifest.jpg"}),
              ElementsAre("manifest-2", "a/manifest"));
}

// Linux has such names; an archive with them was refused by the next run as none that albumen left,
// and is unpacked to somewhere else on Windows.
TEST(OutputPlacesTest, NamesLeadOutOfTheSetOnNoSystem) {
  EXPECT_THAT(outputs({Renaming::kKeep, kExtension},
                      {"..\\x.png", "C: drive.png", "c_ drive.png", "C:/a.png", ".//d:x/b.png",
                       "..\\..\\y/c.png", "\\x.png", "a/C: kept.png", "12:30.png", "C.png"}),
              ElementsAre(".._x", "C_ drive", "c_ drive-2", "C_/a", "d_x/b", ".._.._y/c", "_x",
                          "a/C: kept", "12:30", "C"));
  EXPECT_THAT(outputs({Renaming::kSequence, kExtension}, {"C:\\a/x.png"}),
              ElementsAre("C__a/000001"));
}

TEST(OutputPlacesTest, LongAndOddNamesKeepRoomForTheirExtension) {
  OutputPlaces places{Renaming::kKeep, kExtension};
  const std::string longest = std::string(250, 'l') + ".jpg";
  const OutputPlace first = places.place(longest);
  const OutputPlace second = places.place(longest);
  EXPECT_EQ(first.stem, std::string(255 - kExtension.size(), 'l'));
  EXPECT_EQ(second.stem.size(), 255 - kExtension.size());
  EXPECT_NE(first.stem, second.stem);
  EXPECT_EQ(places.place("caf\xE9.jpg").stem, "caf\xE9");
}

TEST(OutputPlacesTest, ASequenceFollowsTheListing) {
  OutputPlaces places{Renaming::kSequence, kExtension};
  EXPECT_EQ(places.place("b/x.jpg").stem, "000001");
  const OutputPlace second = places.place("a/x.jpg");
  EXPECT_EQ(second.stem, "000002");
  EXPECT_EQ(second.folder, "a");
}

TEST(OutputPlacesTest, HashedNamesTellCopiesApartToo) {
  OutputPlaces places{Renaming::kHash, kExtension};
  EXPECT_EQ(places.place("a/x.jpg").stem, "");
  const PictureId one{};
  PictureId other{};
  other.bytes[0] = std::byte{1};
  const std::set<std::string> stems{hash_stem(one, "a/x.jpg", 0), hash_stem(one, "a/y.jpg", 0),
                                    hash_stem(other, "a/x.jpg", 0), hash_stem(one, "a/x.jpg", 1),
                                    hash_stem(one, "a/x.jpg", 2)};
  EXPECT_EQ(stems.size(), 5U);
  // SHA-256 of 32 zero bytes and "a/x.jpg": sets that were made with such names keep them.
  EXPECT_EQ(hash_stem(one, "a/x.jpg", 0), "9704ee03700b8fc9");
}

// A picture that lay at the same path of two sources was one output of two rows.
TEST(OutputPlacesTest, ThePathOfAnotherSourceIsCounted) {
  OutputPlaces places{Renaming::kHash, kExtension};
  EXPECT_EQ(places.place("2023/x.jpg").namesakes, 0U);
  EXPECT_EQ(places.place("2023/y.jpg").namesakes, 0U);
  EXPECT_EQ(places.place("2023/x.jpg").namesakes, 1U);
  EXPECT_EQ(places.place("2023/x.jpg").namesakes, 2U);
}

TEST(OutputPlacesTest, AConceptIsTheInnermostFolderCalledSo) {
  const auto text = [](std::string_view folder) {
    const Concept found = concept_of(folder);
    return std::to_string(found.repeats) + "|" + found.name;
  };
  EXPECT_EQ(text("10_zwx person"), "10|zwx person");
  EXPECT_EQ(text("set/5_style/more"), "5|style");
  EXPECT_EQ(text("5_style/3_other"), "3|other");
  for (const char* name :
       {"", "person", "_x", "10_", "10", "0_x", "-3_x", "99999999999_x", "x/1"}) {
    EXPECT_EQ(text(name), "1|") << name;
  }
}

}  // namespace
}  // namespace albumen
