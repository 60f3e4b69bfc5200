// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/tiff_pages.h"

#include <cstdint>
#include <gtest/gtest.h>
#include <optional>
#include <string>
#include <vector>

namespace albumen {
namespace {

using Kind = std::optional<std::uint32_t>;  // NewSubfileType, where it is there

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int index = 0; index < bytes; ++index) {
    out.push_back(static_cast<char>(value >> (8 * index)));
  }
}

// Directories of one entry each; what stands behind the last one points to `behind`.
std::string tiff(const std::vector<Kind>& kinds, std::uint32_t behind = 0) {
  constexpr std::uint32_t kDirectoryBytes = 2 + 12 + 4;
  constexpr std::uint32_t kLong = 4;
  constexpr std::uint32_t kWidth = 256;
  constexpr std::uint32_t kNewSubfileType = 254;
  std::string out{"II*\0\x08\0\0\0", 8};
  for (std::size_t index = 0; index < kinds.size(); ++index) {
    put(out, 1, 2);
    put(out, kinds[index] ? kNewSubfileType : kWidth, 2);
    put(out, kLong, 2);
    put(out, 1, 4);
    put(out, kinds[index].value_or(16), 4);
    const bool is_last = index + 1 == kinds.size();
    put(out, is_last ? behind : static_cast<std::uint32_t>(out.size()) + 4, 4);
  }
  EXPECT_EQ(out.size(), 8 + (kDirectoryBytes * kinds.size()));
  return out;
}

bool may_have_more(const std::string& file) {
  return may_have_more_pages(std::as_bytes(std::span{file}));
}

TEST(TiffPagesTest, SmallVersionsAndMasksAreNoPages) {
  EXPECT_FALSE(may_have_more(tiff({{}})));
  EXPECT_TRUE(may_have_more(tiff({{}, {}})));
  EXPECT_TRUE(may_have_more(tiff({0, 2, 2})));
  EXPECT_FALSE(may_have_more(tiff({0, 1, 1, 5, 4})));
  EXPECT_TRUE(may_have_more(tiff({0, 1, 0})));
}

TEST(TiffPagesTest, LoopsAndDamageEnd) {
  constexpr std::uint32_t kFirst = 8;
  constexpr std::uint32_t kSecond = 8 + 18;
  EXPECT_FALSE(may_have_more(tiff({0}, kFirst)));
  EXPECT_FALSE(may_have_more(tiff({0, 1}, kSecond)));
  may_have_more(tiff({0}, 0xFFFFFFF0));
  const std::string whole = tiff({0, 1, 0});
  for (std::size_t length = 0; length < whole.size(); ++length) {
    may_have_more(whole.substr(0, length));
  }
}

TEST(TiffPagesTest, WhatIsNotFollowedMayHaveMore) {
  EXPECT_TRUE(may_have_more(std::string{"II+\0\x08\0\0\0", 8}));
}

}  // namespace
}  // namespace albumen
