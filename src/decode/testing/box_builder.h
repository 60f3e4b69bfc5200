// SPDX-License-Identifier: Apache-2.0
// Files of boxes (HEIF, AVIF, JPEG XL) around an EXIF block and no pixels, for tests and fuzz
// seeds.
#pragma once

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

/// `payload` is the Exif item's.
inline std::string item_file(const ItemFile& how, const std::string& payload) {
  const unsigned id_width = how.version == 2 ? 4 : 2;
  const std::string head = box("ftyp", how.brand + big_endian(0, 4) + "mif1");
  std::string entries;
  for (std::uint32_t item = 1; item <= how.items_before + 1; ++item) {
    entries += full_box("infe", how.version == 2 ? 3 : 2,
                        big_endian(item, id_width) + big_endian(0, 2) +
                            (item <= how.items_before ? "hvc1" : "Exif") + big_endian(0, 1));
  }
  const std::string infos = full_box("iinf", 1, big_endian(how.items_before + 1, 4) + entries);
  const std::string data = how.in_item_data ? box("idat", payload) : std::string{};
  // Twice: where the item lies depends on the size of what says it, which is the same each time.
  std::uint64_t offset = 0;
  std::string meta;
  for (int pass = 0; pass < 2; ++pass) {
    std::string places =
        big_endian(how.width * 0x1100U, 2) + big_endian(how.items_before + 1, id_width);
    for (std::uint32_t item = 1; item <= how.items_before + 1; ++item) {
      const bool is_exif = item == how.items_before + 1;
      places += big_endian(item, id_width);
      places += how.version == 0 ? "" : big_endian(how.in_item_data ? 1 : 0, 2);
      places += big_endian(is_exif ? how.other_file : 0, 2);
      const unsigned extents = is_exif ? how.extents : how.extents_before;
      places += big_endian(extents, 2);
      for (unsigned extent = 0; extent < extents; ++extent) {
        places += big_endian(is_exif ? offset : 0, how.width);
        places += big_endian(is_exif ? payload.size() : 0, how.width);
      }
    }
    meta = full_box("meta", 0, infos + full_box("iloc", how.version, places) + data);
    offset = how.in_item_data ? 0 : head.size() + meta.size() + 8;
  }
  return head + meta + (how.in_item_data ? "" : box("mdat", payload));
}

/// JPEG XL in its container.
inline std::string jpeg_xl_file(const std::string& payload) {
  return box("JXL ", "\r\n\x87\n") + box("ftyp", "jxl " + big_endian(0, 4) + "jxl ") +
         box("Exif", payload) + box("jxlc", "\xFF\x0A");
}

}  // namespace albumen::testing
