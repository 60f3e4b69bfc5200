// SPDX-License-Identifier: Apache-2.0
// TIFF 6.0, section 2; EXIF 2.32, 4.5 and 4.6.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "encode/exif.h"

namespace albumen {
namespace {

enum Tag : std::uint32_t {
  kImageWidth = 0x0100,
  kImageLength = 0x0101,
  kStripOffsets = 0x0111,
  kOrientation = 0x0112,
  kStripByteCounts = 0x0117,
  kPreviewOffset = 0x0201,
  kPreviewLength = 0x0202,
  kExifDirectory = 0x8769,
  kPixelWidth = 0xA002,
  kPixelHeight = 0xA003,
};

constexpr std::uint32_t kShort = 3;
constexpr std::uint32_t kLong = 4;
constexpr std::uint32_t kMostEntries = 1000;  // a real directory has below 100
constexpr std::size_t kHeaderBytes = 8;
constexpr std::size_t kEntryBytes = 12;

/// A part of the block.
struct Extent {
  std::size_t begin = 0;
  std::size_t end = 0;

  [[nodiscard]] bool meets(Extent other) const { return begin < other.end && other.begin < end; }
};

/// A directory whose entries, and the pointer behind them, lie in the block.
struct Directory {
  std::size_t entries = 0;  // offset of the first
  std::uint32_t count = 0;

  [[nodiscard]] std::size_t next_pointer() const { return entries + count * kEntryBytes; }

  [[nodiscard]] Extent extent() const { return {entries - 2, next_pointer() + 4}; }
};

class Block {
 public:
  explicit Block(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}

  // False where nothing of it may be carried.
  bool make_upright(Size size) {
    const std::string_view head{reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    is_big_endian_ = head.starts_with(std::string_view{"MM\0*", 4});
    if (bytes_.size() < kHeaderBytes ||
        (!is_big_endian_ && !head.starts_with(std::string_view{"II*\0", 4}))) {
      return false;
    }
    const auto main = directory_at(number(4, 4));
    if (!main || !set_upright(*main) || !drop_preview(*main)) {
      return false;
    }
    set_number(*main, kImageWidth, size.width);
    set_number(*main, kImageLength, size.height);
    // Makers' pointers are followed as they are; one that leads nowhere costs its directory only.
    const auto pointer = value(*main, kExifDirectory);
    const auto exif = pointer ? directory_at(*pointer) : std::nullopt;
    if (exif && !exif->extent().meets(main->extent())) {
      set_number(*exif, kPixelWidth, size.width);
      set_number(*exif, kPixelHeight, size.height);
    }
    return true;
  }

  std::vector<std::byte> take() { return std::move(bytes_); }

 private:
  // REQUIRES: inside the block.
  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t width) const {
    std::uint32_t value = 0;
    for (std::size_t index = 0; index < width; ++index) {
      const std::size_t place = is_big_endian_ ? index : width - 1 - index;
      value = (value << 8U) | std::to_integer<std::uint32_t>(bytes_[at + place]);
    }
    return value;
  }

  void put(std::size_t at, std::size_t width, std::uint32_t value) {
    for (std::size_t index = 0; index < width; ++index) {
      const std::size_t place = is_big_endian_ ? width - 1 - index : index;
      bytes_[at + place] = static_cast<std::byte>(value >> (8 * index));
    }
  }

  [[nodiscard]] std::optional<Directory> directory_at(std::size_t at) const {
    if (at < kHeaderBytes || at + 2 > bytes_.size()) {
      return std::nullopt;
    }
    const Directory directory{.entries = at + 2, .count = number(at, 2)};
    const bool fits = directory.count <= kMostEntries && directory.extent().end <= bytes_.size();
    return fits ? std::optional{directory} : std::nullopt;
  }

  template <class Visit>
  void for_each(const Directory& directory, std::uint32_t tag, const Visit& visit) const {
    for (std::uint32_t index = 0; index < directory.count; ++index) {
      const std::size_t entry = directory.entries + index * kEntryBytes;
      if (number(entry, 2) == tag) {
        visit(entry);
      }
    }
  }

  // The one short or long number of an entry; nothing for other values.
  [[nodiscard]] std::optional<std::uint32_t> number_of(std::size_t entry) const {
    const std::uint32_t type = number(entry + 2, 2);
    if ((type != kShort && type != kLong) || number(entry + 4, 4) != 1) {
      return std::nullopt;
    }
    return number(entry + 8, type == kShort ? 2 : 4);
  }

  [[nodiscard]] std::optional<std::uint32_t> value(const Directory& directory,
                                                   std::uint32_t tag) const {
    std::optional<std::uint32_t> found;
    for_each(directory, tag, [&](std::size_t entry) {
      if (!found) {
        found = number_of(entry);
      }
    });
    return found;
  }

  [[nodiscard]] bool has(const Directory& directory, std::uint32_t tag) const {
    bool found = false;
    for_each(directory, tag, [&](std::size_t /*entry*/) { found = true; });
    return found;
  }

  // Where it is a number that has room for it.
  void set_number(const Directory& directory, std::uint32_t tag, std::uint32_t value) {
    constexpr std::uint32_t kMostShort = 0xFFFF;
    for_each(directory, tag, [&](std::size_t entry) {
      const std::size_t width = number(entry + 2, 2) == kShort ? 2 : 4;
      if (number_of(entry) && (width == 4 || value <= kMostShort)) {
        put(entry + 8, width, value);
      }
    });
  }

  // False for an orientation that is no number, and that some reader might understand all the same.
  bool set_upright(const Directory& main) {
    bool all_are_numbers = true;
    for_each(main, kOrientation, [&](std::size_t entry) {
      all_are_numbers = all_are_numbers && number_of(entry).has_value();
    });
    set_number(main, kOrientation, 1);
    return all_are_numbers;
  }

  // Fills the preview and its directory with zeros, and cuts them off where they end the block.
  bool drop_preview(const Directory& main) {
    const std::size_t at = number(main.next_pointer(), 4);
    put(main.next_pointer(), 4, 0);
    if (at == 0) {
      return true;
    }
    const auto directory = directory_at(at);
    if (!directory || directory->extent().meets(main.extent())) {
      return false;
    }
    auto preview = extent_of(*directory, kPreviewOffset, kPreviewLength);
    if (!preview) {
      preview = extent_of(*directory, kStripOffsets, kStripByteCounts);
    }
    if (!preview || preview->meets(main.extent()) || preview->begin < kHeaderBytes) {
      return false;
    }
    erase(*preview);
    erase(directory->extent());
    if (preview->end == bytes_.size()) {
      bytes_.resize(std::max(preview->begin, main.extent().end));
    }
    return true;
  }

  // Empty where there is none; nothing where it cannot be found.
  [[nodiscard]] std::optional<Extent> extent_of(const Directory& directory,
                                                std::uint32_t offset_tag,
                                                std::uint32_t length_tag) const {
    if (!has(directory, offset_tag)) {
      const bool is_none = offset_tag == kStripOffsets;
      return is_none ? std::optional{Extent{kHeaderBytes, kHeaderBytes}} : std::nullopt;
    }
    const auto offset = value(directory, offset_tag);
    const auto length = value(directory, length_tag);
    if (!offset || !length || *offset > bytes_.size()) {
      return std::nullopt;
    }
    const std::size_t end = *offset + std::min<std::size_t>(*length, bytes_.size() - *offset);
    return Extent{*offset, end};
  }

  void erase(Extent extent) {
    std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(extent.begin),
              bytes_.begin() + static_cast<std::ptrdiff_t>(extent.end), std::byte{0});
  }

  std::vector<std::byte> bytes_;
  bool is_big_endian_ = false;
};

}  // namespace

std::vector<std::byte> upright_exif(std::span<const std::byte> block, Size size) {
  if (block.empty() || block.size() > kMostCarriedExif) {
    return {};
  }
  Block copy{block};
  return copy.make_upright(size) ? copy.take() : std::vector<std::byte>{};
}

}  // namespace albumen
