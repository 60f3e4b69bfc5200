// SPDX-License-Identifier: Apache-2.0
// Files of boxes (HEIF, AVIF, JPEG XL) around an EXIF block and no pixels, for tests and fuzz
// seeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "decode/testing/test_pictures.h"

namespace albumen::testing {

/// The last `width` bytes of `number`, most significant first.
inline std::string big_endian(std::uint64_t number, unsigned width) {
  std::string bytes;
  for (unsigned left = width; left > 0; --left) {
    bytes.push_back(static_cast<char>((number >> (8U * (left - 1))) & 0xFFU));
  }
  return bytes;
}

inline std::string box(std::string_view type, std::string_view payload) {
  return big_endian(payload.size() + 8, 4).append(type).append(payload);
}

/// With its size as a number of 64 bits.
inline std::string large_box(std::string_view type, std::string_view payload) {
  return big_endian(1, 4).append(type).append(big_endian(payload.size() + 16, 8)).append(payload);
}

/// With a version, and flags of none.
inline std::string full_box(std::string_view type, unsigned version, std::string_view payload) {
  return box(type, big_endian(version, 1).append(3, '\0').append(payload));
}

/// What an item or a box of type Exif holds.
inline std::string exif_payload(const EncodedBytes& block) {
  const std::string prefix{"Exif\0\0", 6};
  std::string payload = big_endian(prefix.size(), 4) + prefix;
  payload.append(reinterpret_cast<const char*>(block.data()), block.size());
  return payload;
}

/// How a HEIF or AVIF says where its EXIF lies.
struct ItemFile {
  std::string brand = "heic";
  unsigned version = 1;            ///< of iloc, 0 to 2; from 2 on ids of items have 32 bits
  bool in_item_data = false;       ///< inside the box idat; needs a version of 1
  unsigned width = 4;              ///< of offsets and sizes, 4 or 8
  unsigned extents = 1;            ///< in how many pieces it says that the item lies
  unsigned other_file = 0;         ///< "data reference": 0 is this one
  std::uint32_t items_before = 0;  ///< items that are no EXIF, each with as many extents as follow
  unsigned extents_before = 1;     ///< of no bytes each
};

/// What the items are, in their order; the Exif item is the last.
inline std::string item_infos(const ItemFile& how) {
  const unsigned version = how.version == 2 ? 3 : 2;
  const unsigned id_width = how.version == 2 ? 4 : 2;
  std::string entries;
  for (std::uint32_t item = 1; item <= how.items_before + 1; ++item) {
    const std::string_view type = item <= how.items_before ? "hvc1" : "Exif";
    const std::string ids = big_endian(item, id_width) + big_endian(0, 2);
    entries += full_box("infe", version, ids + std::string(type) + big_endian(0, 1));
  }
  return full_box("iinf", 1, big_endian(how.items_before + 1, 4) + entries);
}

/// Where one item lies: `extents` times `size` bytes from `offset` on.
inline std::string item_place(const ItemFile& how, std::uint32_t item, unsigned file,
                              unsigned extents, std::uint64_t offset, std::uint64_t size) {
  std::string place = big_endian(item, how.version == 2 ? 4 : 2);
  if (how.version != 0) {
    place += big_endian(how.in_item_data ? 1 : 0, 2);
  }
  place += big_endian(file, 2) + big_endian(extents, 2);
  for (unsigned extent = 0; extent < extents; ++extent) {
    place += big_endian(offset, how.width) + big_endian(size, how.width);
  }
  return place;
}

/// Where the items lie; the Exif item's `size` bytes from `offset` on.
inline std::string item_places(const ItemFile& how, std::uint64_t offset, std::uint64_t size) {
  const std::uint32_t exif_item = how.items_before + 1;
  const std::uint64_t widths = how.width * std::uint64_t{0x1100};
  std::string places = big_endian(widths, 2) + big_endian(exif_item, how.version == 2 ? 4 : 2);
  for (std::uint32_t item = 1; item < exif_item; ++item) {
    places += item_place(how, item, 0, how.extents_before, 0, 0);
  }
  places += item_place(how, exif_item, how.other_file, how.extents, offset, size);
  return full_box("iloc", how.version, places);
}

/// `payload` is the Exif item's.
inline std::string item_file(const ItemFile& how, const std::string& payload) {
  const std::string head = box("ftyp", how.brand + big_endian(0, 4) + "mif1");
  const std::string infos = item_infos(how);
  if (how.in_item_data) {
    const std::string places = item_places(how, 0, payload.size());
    return head + full_box("meta", 0, infos + places + box("idat", payload));
  }
  // How long the boxes before the payload are does not depend on where they say that it lies.
  const std::string unplaced = item_places(how, 0, payload.size());
  const std::size_t offset = head.size() + full_box("meta", 0, infos + unplaced).size() + 8;
  const std::string places = item_places(how, offset, payload.size());
  return head + full_box("meta", 0, infos + places) + box("mdat", payload);
}

/// JPEG XL in its container.
inline std::string jpeg_xl_file(const std::string& payload) {
  return box("JXL ", "\r\n\x87\n") + box("ftyp", "jxl " + big_endian(0, 4) + "jxl ") +
         box("Exif", payload) + box("jxlc", "\xFF\x0A");
}

}  // namespace albumen::testing
