// SPDX-License-Identifier: Apache-2.0
// EXIF blocks built entry by entry, for tests and fuzz seeds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "decode/internal/byte_reader.h"
#include "decode/testing/test_pictures.h"

namespace albumen::testing {

struct Rational {
  std::uint32_t above;
  std::uint32_t below;
};

/// One entry of a directory: text, one short, or rationals.
struct Entry {
  std::uint16_t tag;
  std::variant<std::string, std::uint16_t, std::vector<Rational>> value;
};

struct Directories {
  std::vector<Entry> main;
  std::vector<Entry> exif;
  std::vector<Entry> gps;
};

/// Writes TIFF blocks in either byte order.
class ExifBuilder {
 public:
  explicit ExifBuilder(ByteOrder order) : order_(order) {}

  EncodedBytes build(const Directories& directories) {
    block_ = bytes_of(order_ == ByteOrder::kBigEndian ? std::string{"MM\0*", 4}
                                                      : std::string{"II*\0", 4});
    put(8, 4);
    // Pointers to the two other directories come last in the main one.
    const std::size_t pointers = block_.size() + 2 + directories.main.size() * 12;
    write(directories.main, 2);
    const auto exif_at = static_cast<std::uint32_t>(block_.size());
    write(directories.exif, 0);
    const auto gps_at = static_cast<std::uint32_t>(block_.size());
    write(directories.gps, 0);
    patch_pointer(pointers, 0x8769, exif_at);
    patch_pointer(pointers + 12, 0x8825, gps_at);
    return block_;
  }

 private:
  void put(std::uint32_t value, int width) {
    for (int index = 0; index < width; ++index) {
      const int shift = order_ == ByteOrder::kBigEndian ? width - 1 - index : index;
      block_.push_back(static_cast<std::byte>(value >> (8 * shift)));
    }
  }

  void write(const std::vector<Entry>& entries, std::size_t spare) {
    put(static_cast<std::uint32_t>(entries.size() + spare), 2);
    std::size_t data = block_.size() + (entries.size() + spare) * 12 + 4;
    EncodedBytes values;
    for (const Entry& entry : entries) {
      const EncodedBytes table = std::move(block_);
      block_.clear();
      const auto [type, count] = put_value(entry);
      EncodedBytes value = std::move(block_);
      block_ = table;
      put(entry.tag, 2);
      put(type, 2);
      put(count, 4);
      if (value.size() <= 4) {
        value.resize(4);
        block_.insert(block_.end(), value.begin(), value.end());
      } else {
        put(static_cast<std::uint32_t>(data + values.size()), 4);
        values.insert(values.end(), value.begin(), value.end());
      }
    }
    block_.insert(block_.end(), spare * 12 + 4, std::byte{0});
    block_.insert(block_.end(), values.begin(), values.end());
  }

  std::pair<std::uint32_t, std::uint32_t> put_value(const Entry& entry) {
    if (const auto* const text = std::get_if<std::string>(&entry.value)) {
      const EncodedBytes bytes = bytes_of(*text);
      block_.insert(block_.end(), bytes.begin(), bytes.end());
      block_.push_back(std::byte{0});
      return {2, static_cast<std::uint32_t>(text->size() + 1)};
    }
    if (const auto* const number = std::get_if<std::uint16_t>(&entry.value)) {
      put(*number, 2);
      return {3, 1};
    }
    const auto& rationals = std::get<std::vector<Rational>>(entry.value);
    for (const Rational rational : rationals) {
      put(rational.above, 4);
      put(rational.below, 4);
    }
    return {5, static_cast<std::uint32_t>(rationals.size())};
  }

  void patch_pointer(std::size_t at, std::uint32_t tag, std::uint32_t target) {
    EncodedBytes rest = std::move(block_);
    block_.clear();
    put(tag, 2);
    put(4, 2);
    put(1, 4);
    put(target, 4);
    std::ranges::copy(block_, rest.begin() + static_cast<std::ptrdiff_t>(at));
    block_ = std::move(rest);
  }

  ByteOrder order_;
  EncodedBytes block_;
};

/// What a camera with a clock and a GPS receiver writes; turned by 90 degrees.
inline Directories typical_exif() {
  return {.main = {{0x010F, "NIKON CORPORATION"},
                   {0x0110, "NIKON D90 "},
                   {0x0112, std::uint16_t{6}},
                   {0x0132, "2024:05:02 08:00:00"}},
          .exif = {{0x9003, "2024:05:01 13:07:59"},
                   {0x9011, "+02:00"},
                   {0x9291, "25"},
                   {0xA434, "18-105mm f/3.5-5.6"}},
          .gps = {{0x0001, "S"},
                  {0x0002, std::vector<Rational>{{33, 1}, {51, 1}, {3596, 100}}},
                  {0x0003, "E"},
                  {0x0004, std::vector<Rational>{{151, 1}, {12, 1}, {40, 1}}},
                  {0x0006, std::vector<Rational>{{125, 10}}}}};
}

}  // namespace albumen::testing
