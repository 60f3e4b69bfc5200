// SPDX-License-Identifier: Apache-2.0
#include "exporters/contact_sheet.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "exporters/internal/small_font.h"

namespace albumen {
namespace {

std::size_t ink_in(ImageView view) {
  std::size_t ink = 0;
  for (std::uint32_t y = 0; y < view.height(); ++y) {
    ink += static_cast<std::size_t>(
        std::ranges::count_if(view.row(y), [](std::uint8_t sample) { return sample < 100; }));
  }
  return ink;
}

TEST(ContactSheetTest, LaysTilesOutWithoutOverlapAndChargesItsMemory) {
  Budget budget{kMiB * 64};
  auto job = budget.reserve(MemoryTag::kOther, ContactSheet::bytes_for(13), {}).value();
  auto sheet = ContactSheet::create({.name = "ANNA", .id = "p-1"}, 13, job).value();
  EXPECT_EQ(job.size(), Bytes{});
  const std::size_t title_ink = ink_in(sheet.pixels());
  EXPECT_GT(title_ink, 0U);
  for (std::uint32_t index = 0; index < 13; ++index) {
    const MutableImageView tile = sheet.tile(index);
    for (std::uint32_t y = 0; y < tile.height(); ++y) {
      std::ranges::fill(tile.row(y), std::uint8_t{0});
    }
  }
  // Each tile painted once: an overlap would count less.
  EXPECT_EQ(ink_in(sheet.pixels()), title_ink + std::size_t{13} * kTileSide * kTileSide * 3);
}

TEST(ContactSheetTest, LongTextIsCutAtItsTile) {
  Budget budget{kMiB * 64};
  auto job = budget.reserve(MemoryTag::kOther, kMiB * 8, {}).value();
  auto sheet =
      ContactSheet::create({.name = std::string(500, 'W'), .id = std::string(500, 'P')}, 6, job)
          .value();
  sheet.label(5, std::string(500, 'W'));
  EXPECT_GT(ink_in(sheet.pixels()), 0U);
}

// The pixels of the title, which is all there is above the tiles.
std::vector<std::uint8_t> title_of(const SheetTitle& title) {
  Budget budget{kMiB * 8};
  auto job = budget.reserve(MemoryTag::kOther, kMiB * 8, {}).value();
  const auto sheet = ContactSheet::create(title, 1, job).value();
  std::vector<std::uint8_t> samples;
  for (std::uint32_t y = 0; y < 40; ++y) {
    const auto row = sheet.pixels().row(y);
    samples.insert(samples.end(), row.begin(), row.end());
  }
  return samples;
}

// A named person's id, which the commands take, stood nowhere on the sheet.
TEST(ContactSheetTest, TheTitleHasTheNameAndTheWholeId) {
  EXPECT_EQ(title_of({.name = "Ada", .id = "p-12"}), title_of({.name = "", .id = "Ada  p-12"}));
  EXPECT_NE(title_of({.name = "Ada", .id = "p-12"}), title_of({.name = "Ada", .id = "p-13"}));
  const std::string longest(500, 'W');
  EXPECT_NE(title_of({.name = longest, .id = "p-12"}), title_of({.name = longest, .id = "p-13"}));
}

TEST(ContactSheetTest, RefusesImpossibleSheets) {
  Budget budget{kMiB};
  auto job = budget.reserve(MemoryTag::kOther, kMiB, {}).value();
  EXPECT_FALSE(ContactSheet::create({}, 0, job).has_value());
  EXPECT_FALSE(ContactSheet::create({}, kMaxTilesOnSheet + 1, job).has_value());
}

TEST(SmallFontTest, EveryCharacterHasAGlyph) {
  for (int code = -128; code < 128; ++code) {
    EXPECT_LE(*std::ranges::max_element(glyph_of(static_cast<char>(code))), 0x1F);
  }
  EXPECT_EQ(glyph_of('a'), glyph_of('A'));
  EXPECT_NE(glyph_of('0'), glyph_of('O'));
}

// Every byte of a letter beyond ASCII was a box of its own: two for the last of "Zoë".
TEST(SmallFontTest, LettersWithMarksAreTheirBaseLettersAndOthersOneBoxEach) {
  const std::string box{kNoGlyph};
  EXPECT_EQ(in_alphabet("Ada p-12"), "Ada p-12");
  EXPECT_EQ(in_alphabet("Zoë Müller"), "ZoE MUller");
  EXPECT_EQ(in_alphabet("ÀÅÆÇÉÎÐÑØÖÚÝÞß"), "AAAECEIDNOOUYTHSS");
  EXPECT_EQ(in_alphabet("łódź Šašo Gökçe Işık Œuvre ĳ"), "LOdZ SaSo GOkCe ISIk OEuvre IJ");
  EXPECT_EQ(in_alphabet("Āžſ ŸȘț"), "AZS YST");
  EXPECT_EQ(in_alphabet("Zoe\u0308"), "Zoe") << "a mark of its own is drawn by nobody";
  EXPECT_EQ(in_alphabet("O\u2019Brien\u2013Li\u00A0x"), "O'Brien-Li x");
  EXPECT_EQ(in_alphabet("李小龍"), box + box + box);
  EXPECT_EQ(in_alphabet("\U0001F600!"), box + "!");
  EXPECT_EQ(in_alphabet("caf\xE9"), "caf" + box);
  EXPECT_EQ(in_alphabet("\xC3"), box) << "half a letter";
  EXPECT_EQ(in_alphabet(""), "");
}

}  // namespace
}  // namespace albumen
