// SPDX-License-Identifier: Apache-2.0
#include "exporters/contact_sheet.h"

#include <algorithm>
#include <gtest/gtest.h>

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
  auto sheet = ContactSheet::create("ANNA", 13, job).value();
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
  auto sheet = ContactSheet::create(std::string(500, 'W'), 6, job).value();
  sheet.label(5, std::string(500, 'W'));
  EXPECT_GT(ink_in(sheet.pixels()), 0U);
}

TEST(ContactSheetTest, RefusesImpossibleSheets) {
  Budget budget{kMiB};
  auto job = budget.reserve(MemoryTag::kOther, kMiB, {}).value();
  EXPECT_FALSE(ContactSheet::create("", 0, job).has_value());
  EXPECT_FALSE(ContactSheet::create("", kMaxTilesOnSheet + 1, job).has_value());
}

TEST(SmallFontTest, EveryCharacterHasAGlyph) {
  for (int code = -128; code < 128; ++code) {
    EXPECT_LE(*std::ranges::max_element(glyph_of(static_cast<char>(code))), 0x1F);
  }
  EXPECT_EQ(glyph_of('a'), glyph_of('A'));
  EXPECT_NE(glyph_of('0'), glyph_of('O'));
}

}  // namespace
}  // namespace albumen
