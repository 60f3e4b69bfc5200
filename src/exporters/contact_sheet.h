// SPDX-License-Identifier: Apache-2.0
// A contact sheet: small pictures in a grid, each with a line of text under it, and a title.
// Tested by contact_sheet_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/image_view.h"
#include "core/result.h"
#include "govern/byte_buffer.h"

namespace albumen {

inline constexpr std::uint32_t kTileSide = 144;  ///< pixels; one face
inline constexpr std::uint32_t kMaxTilesOnSheet = 120;

/// What stands on top of a sheet.
struct SheetTitle {
  std::string name;  ///< UTF-8; may be empty, and is cut so that the id stays whole
  std::string id;    ///< of the person, as the people commands take it
};

/// An RGB drawing, filled tile by tile, so that no more than one face need be in memory besides.
/// One thread.
class ContactSheet {
 public:
  static constexpr int kChannels = 3;

  static Size size_for(std::uint32_t tiles);

  /// Memory that a sheet of `tiles` takes out of its job.
  static Bytes bytes_for(std::uint32_t tiles);

  /// An empty sheet for `tiles` tiles (1..kMaxTilesOnSheet). Text is drawn in capitals of a small
  /// built-in alphabet: ASCII, and Latin letters without their accents; any other character appears
  /// as one box.
  static Result<ContactSheet> create(const SheetTitle& title, std::uint32_t tiles,
                                     Reservation& job);

  /// Where tile `index` is to be drawn: kTileSide x kTileSide, RGB, grey before.
  [[nodiscard]] MutableImageView tile(std::uint32_t index);

  /// Writes the line under tile `index`; cut at the tile's width.
  void label(std::uint32_t index, const std::string& text);

  [[nodiscard]] ImageView pixels() const;

 private:
  ContactSheet(ByteBuffer buffer, Size size, std::uint32_t tiles);

  ByteBuffer buffer_;
  Size size_;
  [[maybe_unused]] std::uint32_t tiles_;  // looked at in checks of debug builds
};

}  // namespace albumen
