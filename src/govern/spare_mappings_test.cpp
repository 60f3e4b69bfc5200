// SPDX-License-Identifier: Apache-2.0
#include "govern/internal/spare_mappings.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace albumen::internal {
namespace {

constexpr std::size_t kMebi = std::size_t{1} << 20U;

TEST(SpareMappingsTest, GivesBackWhatFitsAndNothingMuchLarger) {
  SpareMappings spare{8 * kMebi};
  EXPECT_EQ(spare.take(kMebi).data, nullptr);
  const Mapping large = map_memory(4 * kMebi);
  const Mapping small = map_memory(kMebi);
  spare.give(large);
  spare.give(small);
  EXPECT_EQ(spare.bytes(), 5 * kMebi);
  EXPECT_EQ(spare.take(2 * kMebi).data, nullptr);
  const Mapping found = spare.take(kMebi - 1000);
  EXPECT_EQ(found.data, small.data);
  EXPECT_EQ(found.size, kMebi);
  EXPECT_EQ(spare.bytes(), 4 * kMebi);
  unmap(found);
}

// A buffer of 8 MiB may have held 10: the rest was resident, and nobody had reserved it.
TEST(SpareMappingsTest, WhatIsTakenIsNoLargerThanAskedFor) {
  SpareMappings spare{8 * kMebi};
  spare.give(map_memory(5 * kMebi));
  const Mapping found = spare.take(4 * kMebi + 1);
  ASSERT_NE(found.data, nullptr);
  EXPECT_EQ(found.size, 4 * kMebi + 4096);
  EXPECT_EQ(spare.bytes(), 0U);
  unmap(found);
}

TEST(SpareMappingsTest, KeepsNoMoreThanItMayAndForgetsTheOldest) {
  SpareMappings spare{4 * kMebi};
  for (std::size_t size = 1; size <= 3; ++size) {
    spare.give(map_memory(size * kMebi));
  }
  EXPECT_LE(spare.bytes(), 4 * kMebi);
  EXPECT_EQ(spare.take(kMebi).data, nullptr);
  spare.give(map_memory(5 * kMebi));
  EXPECT_EQ(spare.take(5 * kMebi).data, nullptr);
  spare.unmap_all();
  EXPECT_EQ(spare.bytes(), 0U);
}

TEST(SpareMappingsTest, NoMappingIsHeldByTwo) {
  SpareMappings spare{8 * kMebi};
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&spare, thread] {
      for (int round = 0; round < 200; ++round) {
        Mapping mapping = spare.take(kMebi);
        if (mapping.data == nullptr) {
          mapping = map_memory(kMebi);
        }
        const auto mark = static_cast<std::byte>(thread + 1);
        std::fill_n(mapping.data, 4096, mark);
        std::this_thread::yield();
        for (std::size_t index = 0; index < 4096; ++index) {
          ASSERT_EQ(mapping.data[index], mark);
        }
        spare.give(mapping);
      }
    });
  }
}

}  // namespace
}  // namespace albumen::internal
