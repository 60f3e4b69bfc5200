// SPDX-License-Identifier: Apache-2.0
// RAW files laid out as cameras do, around JPEGs made by code; and the TIFF writer that they are
// made with, which writes what it is told, lies too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "decode/internal/byte_reader.h"
#include "decode/metadata/tiff_block.h"
#include "decode/testing/test_pictures.h"

namespace albumen::testing {

/// Bytes that are in the file already.
struct RawPlace {
  std::uint32_t offset = 0;
  std::uint32_t count = 0;
};

/// One entry of a directory: shorts or longs, text, or bytes elsewhere.
struct RawEntry {
  TiffTag tag;
  TiffType type;
  std::variant<std::vector<std::uint32_t>, std::string, RawPlace> value;
};

/// Writes part after part; offsets are those of the file, known before they are pointed at.
class RawBuilder {
 public:
  /// `header` goes first, whole.
  RawBuilder(ByteOrder order, std::string_view header)
      : order_(order), file_(bytes_of(std::string{header})) {}

  /// Where the part begins.
  std::uint32_t append(const EncodedBytes& part);

  /// Where the directory begins; `next` stands behind it. Values of up to four bytes lie in it.
  std::uint32_t directory(const std::vector<RawEntry>& entries, std::uint32_t next = 0);

  /// Writes over four bytes.
  void patch(std::size_t at, std::uint32_t number);

  [[nodiscard]] const EncodedBytes& file() const { return file_; }

 private:
  void put(EncodedBytes& out, std::uint32_t number, std::size_t width) const;

  ByteOrder order_;
  EncodedBytes file_;
};

enum class RawKind : std::uint8_t { kCr2, kNef, kArw, kDng, kOrf, kRw2, kRaf };

struct RawParts {
  EncodedBytes jpeg;       ///< the large one
  EncodedBytes thumbnail;  ///< another, where the kind has two
  std::uint16_t orientation = 1;
};

/// With a make "Camera Works", a model "M1" and a time but in kRaf, whose header has none.
EncodedBytes make_raw(RawKind kind, const RawParts& parts);

/// `jpeg` with a header that says it is lossless (SOF3), as sensors' values are stored.
EncodedBytes as_lossless(EncodedBytes jpeg);

}  // namespace albumen::testing
