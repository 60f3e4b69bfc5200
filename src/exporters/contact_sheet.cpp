// SPDX-License-Identifier: Apache-2.0
#include "exporters/contact_sheet.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/check.h"
#include "exporters/internal/small_font.h"

namespace albumen {
namespace {

constexpr std::uint32_t kColumns = 6;
constexpr std::uint32_t kMargin = 12;
constexpr std::uint32_t kLabelHeight = 20;
constexpr std::uint32_t kTitleHeight = 40;
constexpr std::uint32_t kTitleScale = 3;
constexpr std::uint32_t kLabelScale = 1;
constexpr std::uint8_t kPaper = 250;
constexpr std::uint8_t kInk = 40;
constexpr std::uint8_t kEmptyTile = 225;
constexpr auto kSamples = static_cast<std::uint32_t>(ContactSheet::kChannels);  // of a pixel

struct Corner {
  std::uint32_t x;
  std::uint32_t y;
};

Corner corner_of(std::uint32_t index) {
  return {.x = kMargin + index % kColumns * (kTileSide + kMargin),
          .y = kTitleHeight + kMargin + index / kColumns * (kTileSide + kLabelHeight + kMargin)};
}

void fill(MutableImageView area, std::uint8_t value) {
  for (std::uint32_t y = 0; y < area.height(); ++y) {
    std::ranges::fill(area.row(y), value);
  }
}

MutableImageView part_of(MutableImageView whole, Corner corner, Size size) {
  return {whole.data() + corner.y * whole.stride_bytes() + std::size_t{corner.x} * kSamples, size,
          ContactSheet::kChannels, whole.stride_bytes()};
}

void draw_glyph(MutableImageView cell, const Glyph& glyph, std::uint32_t scale) {
  for (std::uint32_t y = 0; y < cell.height(); ++y) {
    for (std::uint32_t x = 0; x < cell.width(); ++x) {
      const unsigned row = glyph.at(y / scale);
      if (((row >> (kGlyphWidth - 1 - x / scale)) & 1U) != 0) {
        std::ranges::fill(cell.row(y).subspan(std::size_t{x} * kSamples, kSamples), kInk);
      }
    }
  }
}

void draw_text(MutableImageView line, std::string_view text, std::uint32_t scale) {
  const std::uint32_t advance = (kGlyphWidth + 1) * scale;
  const Size cell{.width = kGlyphWidth * scale, .height = kGlyphHeight * scale};
  std::uint32_t x = 0;
  for (const char character : in_alphabet(text)) {
    if (x + cell.width > line.width()) {
      return;
    }
    draw_glyph(part_of(line, {.x = x, .y = 0}, cell), glyph_of(character), scale);
    x += advance;
  }
}

// "Ada  p-12". What is too long for `width` pixels goes from the name: ids are for typing.
std::string title_text(const SheetTitle& title, std::uint32_t width) {
  constexpr std::string_view kGap = "  ";
  constexpr std::string_view kCut = "..";
  const std::size_t most = width / ((kGlyphWidth + 1) * kTitleScale);
  const std::size_t beside = kGap.size() + title.id.size();
  std::string text = in_alphabet(title.name);
  if (text.empty()) {
    return title.id;
  }
  if (text.size() + beside > most) {
    text.erase(std::min(text.size(), most - std::min(most, beside + kCut.size())));
    text.append(kCut);
  }
  return text.append(kGap).append(title.id);
}

}  // namespace

Size ContactSheet::size_for(std::uint32_t tiles) {
  // Always the full width: a row of one face is still a sheet with room for its title.
  const std::uint32_t rows = (tiles + kColumns - 1) / kColumns;
  return {.width = kMargin + kColumns * (kTileSide + kMargin),
          .height = kTitleHeight + kMargin + rows * (kTileSide + kLabelHeight + kMargin)};
}

Bytes ContactSheet::bytes_for(std::uint32_t tiles) {
  return size_for(tiles).pixels().bytes(kSamples);
}

ContactSheet::ContactSheet(ByteBuffer buffer, Size size, std::uint32_t tiles)
    : buffer_(std::move(buffer)), size_(size), tiles_(tiles) {}

Result<ContactSheet> ContactSheet::create(const SheetTitle& title, std::uint32_t tiles,
                                          Reservation& job) {
  if (tiles == 0 || tiles > kMaxTilesOnSheet) {
    return fail(ErrorCode::kInvalidArgument, "a contact sheet has 1 to 120 tiles");
  }
  auto buffer = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, bytes_for(tiles).count()));
  ContactSheet sheet{std::move(buffer), size_for(tiles), tiles};
  const MutableImageView all{sheet.buffer_.data(), sheet.size_, ContactSheet::kChannels,
                             std::size_t{sheet.size_.width} * kSamples};
  fill(all, kPaper);
  const Size line{.width = all.width() - 2 * kMargin, .height = kGlyphHeight * kTitleScale};
  draw_text(part_of(all, {.x = kMargin, .y = kMargin}, line), title_text(title, line.width),
            kTitleScale);
  for (std::uint32_t index = 0; index < tiles; ++index) {
    fill(sheet.tile(index), kEmptyTile);
  }
  return sheet;
}

MutableImageView ContactSheet::tile(std::uint32_t index) {
  ALBUMEN_DCHECK(index < tiles_);
  const MutableImageView all{buffer_.data(), size_, ContactSheet::kChannels,
                             std::size_t{size_.width} * kSamples};
  return part_of(all, corner_of(index), {.width = kTileSide, .height = kTileSide});
}

void ContactSheet::label(std::uint32_t index, const std::string& text) {
  ALBUMEN_DCHECK(index < tiles_);
  constexpr std::uint32_t kGap = 5;
  const MutableImageView all{buffer_.data(), size_, ContactSheet::kChannels,
                             std::size_t{size_.width} * kSamples};
  const Corner corner = corner_of(index);
  const Size line{.width = kTileSide, .height = kGlyphHeight * kLabelScale};
  draw_text(part_of(all, {.x = corner.x, .y = corner.y + kTileSide + kGap}, line), text,
            kLabelScale);
}

ImageView ContactSheet::pixels() const {
  return {buffer_.data(), size_, ContactSheet::kChannels, std::size_t{size_.width} * kSamples};
}

}  // namespace albumen
