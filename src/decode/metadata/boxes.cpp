// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/boxes.h"

#include <algorithm>
#include <cstdint>

namespace albumen {
namespace {

constexpr std::size_t kHeaderBytes = 8;        // size, type
constexpr std::size_t kLargeHeaderBytes = 16;  // and the size again, of 64 bits

/// Numbers one behind the other, most significant byte first. Past the end they are 0, and
/// `failed`.
class NumberReader {
 public:
  explicit NumberReader(ByteSpan bytes) : bytes_(bytes) {}

  /// `width`: 0 (which is 0), 1, 2, 4 or 8 bytes.
  std::uint64_t next(std::size_t width) {
    constexpr std::size_t kHalf = 4;
    if (width > kHalf) {
      const std::uint64_t high = next(width - kHalf);
      return (high << 32U) | next(kHalf);
    }
    const auto value = read_number(bytes_, 0, width, ByteOrder::kBigEndian);
    failed_ = failed_ || !value;
    skip(width);
    return value.value_or(0);
  }

  void skip(std::uint64_t count) {
    failed_ = failed_ || count > bytes_.size();
    bytes_ = bytes_.subspan(std::min<std::uint64_t>(count, bytes_.size()));
  }

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  ByteSpan bytes_;
  bool failed_ = false;
};

/// Where an item lies, as the box iloc has it.
struct ItemPlace {
  bool in_item_data = false;  ///< counted from the payload of the box idat, not from the file
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// A version that this does not know reads as an item of another type.
std::optional<std::uint64_t> exif_item_in(ByteSpan item_info_entry) {
  NumberReader reader{item_info_entry};
  const std::uint64_t version = reader.next(1);
  reader.skip(3);  // flags
  constexpr std::uint64_t kShortIds = 2;
  constexpr std::uint64_t kLongIds = 3;
  if (version != kShortIds && version != kLongIds) {
    return std::nullopt;
  }
  const std::uint64_t item = reader.next(version == kShortIds ? 2 : 4);
  reader.skip(2);                                  // protection
  constexpr std::uint64_t kExifType = 0x45786966;  // "Exif"
  return reader.next(4) == kExifType ? std::optional{item} : std::nullopt;
}

std::optional<std::uint64_t> find_exif_item(ByteSpan item_info) {
  NumberReader reader{item_info};
  constexpr std::size_t kFullBoxBytes = 4;
  const std::size_t count_bytes = reader.next(1) == 0 ? 2 : 4;
  Boxes entries{slice(item_info, kFullBoxBytes + count_bytes, item_info.size())};
  while (const auto entry = entries.find("infe")) {
    if (const auto item = exif_item_in(entry->payload)) {
      return item;
    }
  }
  return std::nullopt;
}

/// How wide the numbers of a box iloc are, in bytes.
struct PlaceWidths {
  std::size_t item = 2;
  std::size_t construction = 0;
  std::size_t base = 0;
  std::size_t index = 0;
  std::size_t offset = 0;
  std::size_t size = 0;

  [[nodiscard]] std::size_t extent() const { return index + offset + size; }
};

// Version, flags and widths. Nothing for versions and widths that the format does not have.
std::optional<PlaceWidths> read_widths(NumberReader& reader) {
  const std::uint64_t version = reader.next(1);
  reader.skip(3);  // flags
  const std::uint64_t packed = reader.next(2);
  const auto width_at = [packed](unsigned shift) {
    return static_cast<std::size_t>((packed >> shift) & 0xFU);
  };
  const PlaceWidths widths{.item = version < 2 ? std::size_t{2} : std::size_t{4},
                           .construction = version == 0 ? std::size_t{0} : std::size_t{2},
                           .base = width_at(4),
                           .index = version == 0 ? 0 : width_at(0),
                           .offset = width_at(12),
                           .size = width_at(8)};
  const auto is_width = [](std::size_t bytes) { return bytes == 0 || bytes == 4 || bytes == 8; };
  const bool is_known = version <= 2 && is_width(widths.base) && is_width(widths.index) &&
                        is_width(widths.offset) && is_width(widths.size);
  return is_known ? std::optional{widths} : std::nullopt;
}

// Extents of other items are stepped over in one go: 65,535 of no bytes each are allowed.
std::optional<ItemPlace> find_item(ByteSpan item_locations, std::uint64_t wanted) {
  NumberReader reader{item_locations};
  const auto widths = read_widths(reader);
  if (!widths) {
    return std::nullopt;
  }
  for (std::uint64_t left = reader.next(widths->item); left > 0 && !reader.failed(); --left) {
    const std::uint64_t item = reader.next(widths->item);
    const std::uint64_t construction = reader.next(widths->construction) & 0xFU;
    const std::uint64_t other_file = reader.next(2);
    const std::uint64_t base = reader.next(widths->base);
    const std::uint64_t extents = reader.next(2);
    if (item != wanted) {
      reader.skip(extents * widths->extent());
      continue;
    }
    reader.skip(widths->index);
    const std::uint64_t offset = base + reader.next(widths->offset);
    const std::uint64_t size = reader.next(widths->size);
    constexpr std::uint64_t kInItemData = 1;
    if (reader.failed() || extents != 1 || other_file != 0 || construction > kInItemData ||
        offset < base) {
      return std::nullopt;
    }
    return ItemPlace{.in_item_data = construction == kInItemData, .offset = offset, .size = size};
  }
  return std::nullopt;
}

// What an Exif item or box holds: how far the TIFF header lies behind this number, and the block.
ByteSpan tiff_block_of(ByteSpan payload) {
  constexpr std::size_t kOffsetBytes = 4;
  const auto offset = read_number(payload, 0, kOffsetBytes, ByteOrder::kBigEndian);
  return offset ? slice(payload, kOffsetBytes + std::size_t{*offset}, payload.size()) : ByteSpan{};
}

ByteSpan find_exif_in_items(ByteSpan file, ByteSpan meta) {
  constexpr std::size_t kFullBoxBytes = 4;  // version and flags, before the boxes inside
  const ByteSpan inside = slice(meta, kFullBoxBytes, meta.size());
  const auto item_info = Boxes{inside}.find("iinf");
  const auto item_locations = Boxes{inside}.find("iloc");
  const auto item = item_info ? find_exif_item(item_info->payload) : std::nullopt;
  const auto place =
      item && item_locations ? find_item(item_locations->payload, *item) : std::nullopt;
  if (!place) {
    return {};
  }
  if (!place->in_item_data) {
    return tiff_block_of(slice(file, place->offset, place->size));
  }
  const auto item_data = Boxes{inside}.find("idat");
  return item_data ? tiff_block_of(slice(item_data->payload, place->offset, place->size))
                   : ByteSpan{};
}

}  // namespace

std::optional<Box> Boxes::next() {
  const ByteSpan rest = slice(bytes_, position_, bytes_.size());
  if (rest.size() < kHeaderBytes) {
    return std::nullopt;
  }
  NumberReader reader{rest};
  std::uint64_t size = reader.next(4);
  reader.skip(4);
  std::size_t header = kHeaderBytes;
  if (size == 1) {
    size = reader.next(8);
    header = kLargeHeaderBytes;
  } else if (size == 0) {  // to the end
    size = rest.size();
  }
  if (reader.failed() || size < header) {
    position_ = bytes_.size();
    return std::nullopt;
  }
  const ByteSpan whole = slice(rest, 0, size);
  position_ += whole.size();
  return Box{.type = {reinterpret_cast<const char*>(rest.data()) + 4, 4},
             .payload = slice(whole, header, whole.size())};
}

std::optional<Box> Boxes::find(std::string_view type) {
  auto box = next();
  while (box && box->type != type) {
    box = next();
  }
  return box;
}

ByteSpan find_exif_in_boxes(ByteSpan file) {
  Boxes boxes{file};
  while (const auto box = boxes.next()) {
    if (box->type == "Exif") {
      return tiff_block_of(box->payload);
    }
    if (box->type == "meta") {
      return find_exif_in_items(file, box->payload);
    }
  }
  return {};
}

}  // namespace albumen
