// SPDX-License-Identifier: Apache-2.0
// EXIF blocks, put into the smallest PNG that can carry them, so that only the public interface is
// needed; and the walk over a TIFF's pages. Seeds in corpus/exif are bare TIFF blocks.
#include <array>
#include <string_view>
#include <vector>

#include "decode/metadata/tiff_pages.h"
#include "decode_harness.h"

namespace {

void append(std::vector<std::uint8_t>& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

// Signature, a 1 x 1 header, the block as eXIf, the beginning of pixels. Checksums are not read
// by the walk over chunks.
std::vector<std::uint8_t> as_png(std::span<const std::uint8_t> block) {
  using std::string_view_literals::operator""sv;
  std::vector<std::uint8_t> png;
  append(png, "\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR\0\0\0\1\0\0\0\1\x08\0\0\0\0\0\0\0\0"sv);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    png.push_back(static_cast<std::uint8_t>(block.size() >> shift));
  }
  append(png, "eXIf");
  png.insert(png.end(), block.begin(), block.end());
  append(png, "\0\0\0\0\0\0\0\0IEND\0\0\0\0"sv);
  return png;
}

bool is_plausible(const albumen::Metadata& metadata) {
  const auto turn = static_cast<int>(metadata.orientation);
  const bool on_earth =
      !metadata.gps || (metadata.gps->latitude >= -90 && metadata.gps->latitude <= 90 &&
                        metadata.gps->longitude >= -180 && metadata.gps->longitude <= 180);
  return turn >= 1 && turn <= 8 && on_earth;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (size > kMostBytes) {
    return 0;
  }
  albumen::may_have_more_pages(std::as_bytes(std::span{data, size}));
  albumen::Budget budget{albumen::fuzzing::kFuzzBudget};
  const auto image = albumen::fuzzing::as_image(budget, as_png({data, size}));
  const auto metadata = read_metadata(image);
  albumen::fuzzing::require(metadata.has_value() && is_plausible(*metadata));
  const auto info = probe(image);
  albumen::fuzzing::require(info.has_value() && info->orientation == metadata->orientation);
  return 0;
}
