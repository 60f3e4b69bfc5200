// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/tiff_pages.h"

#include <optional>

#include "decode/metadata/tiff_block.h"

namespace albumen {

bool may_have_more_pages(ByteSpan file) {
  constexpr int kMostDirectories = 64;
  constexpr std::uint32_t kReduced = 1;  // TIFF 6.0, NewSubfileType
  constexpr std::uint32_t kMask = 4;
  const auto tiff = TiffBlock::open(file);
  if (!tiff) {
    return true;
  }
  const std::uint32_t first = tiff->first_directory().value_or(0);
  std::uint32_t at = tiff->next_directory(first).value_or(0);
  for (int directories = 1; at != 0 && at != first && directories < kMostDirectories;
       ++directories) {
    bool damaged = false;
    const auto kind = TiffDirectory{*tiff, at, damaged}.integer(TiffTag::kNewSubfileType);
    if ((kind.value_or(0) & (kReduced | kMask)) == 0) {
      return true;
    }
    at = tiff->next_directory(at).value_or(0);
  }
  return false;
}

}  // namespace albumen
