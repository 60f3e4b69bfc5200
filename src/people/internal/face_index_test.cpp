// SPDX-License-Identifier: Apache-2.0
#include "people/internal/face_index.h"

#include <gtest/gtest.h>
#include <map>
#include <random>

#include "people/testing/synthetic_library.h"

namespace albumen::people {
namespace {

using testing::synthetic_key;

TEST(FaceIndexTest, FollowsAMapThroughAnyHistory) {
  std::mt19937_64 random(5);
  FaceIndex index;
  std::map<FaceKey, std::uint32_t> slots;
  std::map<PictureId, std::uint32_t> pictures;
  for (int step = 0; step < 3000; ++step) {
    const FaceKey key = synthetic_key(random() % 200, static_cast<std::uint32_t>(random() % 4));
    const auto known = slots.find(key);
    if (random() % 3 != 0) {
      EXPECT_EQ(index.add(key), known == slots.end());
      if (known == slots.end()) {
        const auto slot = static_cast<std::uint32_t>(index.slots() - 1);
        slots.emplace(key, slot);
        const auto [picture, is_new] = pictures.try_emplace(key.picture, index.picture_of(slot));
        EXPECT_EQ(index.picture_of(slot), picture->second);
      }
    } else if (known != slots.end()) {
      EXPECT_EQ(index.find(key), known->second);
      index.remove(known->second);
      EXPECT_FALSE(index.is_here(known->second));
      slots.erase(known);
    }
    ASSERT_EQ(index.find(key), slots.contains(key) ? slots.at(key) : FaceIndex::kNoSlot);
    ASSERT_EQ(index.faces(), slots.size());
  }
  for (const auto& [key, slot] : slots) {
    EXPECT_EQ(index.find(key), slot);
    EXPECT_EQ(index.keys()[slot], key);
  }
}

TEST(FaceIndexTest, ReservingChangesNothing) {
  FaceIndex index;
  EXPECT_TRUE(index.add(synthetic_key(1, 0)));
  index.reserve(1000);
  EXPECT_EQ(index.find(synthetic_key(1, 0)), 0U);
  EXPECT_FALSE(index.add(synthetic_key(1, 0)));
  EXPECT_EQ(index.find(synthetic_key(2, 0)), FaceIndex::kNoSlot);
}

}  // namespace
}  // namespace albumen::people
