// SPDX-License-Identifier: Apache-2.0
#include "compare/duplicates.h"

#include <algorithm>
#include <bit>
#include <gtest/gtest.h>
#include <random>

namespace albumen {
namespace {

using Random = std::mt19937_64;

// Hashes of an imaginary picture and its turns; flipping the same bits of every turn stands for a
// slightly changed copy.
DuplicateCandidate random_picture(Random& random) {
  DuplicateCandidate picture;
  std::ranges::generate(picture.hashes.phash, std::ref(random));
  std::ranges::generate(picture.hashes.dhash, std::ref(random));
  picture.pixels = PixelCount{1000};
  return picture;
}

DuplicateCandidate changed(DuplicateCandidate picture, int phash_bits, int dhash_bits) {
  for (std::size_t turn = 0; turn < kTurnCount; ++turn) {
    picture.hashes.phash[turn] ^= (std::uint64_t{1} << phash_bits) - 1;
    picture.hashes.dhash[turn] ^= (std::uint64_t{1} << dhash_bits) - 1;
  }
  return picture;
}

TEST(DuplicatesTest, FindsCopiesUpToTheLimitsAndNoFurther) {
  Random random{1};
  const auto original = random_picture(random);
  const std::vector candidates{original, changed(original, 6, 10), changed(original, 7, 0),
                               changed(original, 0, 11), random_picture(random)};
  const auto groups = find_near_duplicates(candidates, {}, {}).value();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].keeper, 0U);
  ASSERT_EQ(groups[0].members.size(), 1U);
  EXPECT_EQ(groups[0].members[0].index, 1U);
  EXPECT_EQ(groups[0].members[0].phash_distance, 6);
  EXPECT_EQ(groups[0].members[0].dhash_distance, 10);
}

TEST(DuplicatesTest, TheLargestThenSharpestPictureIsKept) {
  Random random{2};
  auto small = random_picture(random);
  auto large = small;
  auto blurred = small;
  large.pixels = PixelCount{4000};
  blurred.pixels = large.pixels;
  large.sharpness = 5;
  const std::vector candidates{small, blurred, large};
  EXPECT_EQ(find_near_duplicates(candidates, {}, {}).value().at(0).keeper, 2U);
}

TEST(DuplicatesTest, ATurnedCopyIsFoundAndItsTurnSaid) {
  Random random{3};
  const auto upright = random_picture(random);
  auto turned = random_picture(random);
  turned.hashes.phash[5] = upright.hashes.phash[0];
  turned.hashes.dhash[5] = upright.hashes.dhash[0];
  // Turning is mutual: the inverse of a rotation by 90 degrees is turn 7.
  auto keeper = upright;
  keeper.hashes.phash[7] = turned.hashes.phash[0];
  const std::vector candidates{keeper, turned};
  const auto groups = find_near_duplicates(candidates, {}, {}).value();
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].members[0].turn, 5U);
}

TEST(DuplicatesTest, SeriesDoNotChain) {
  // A burst in which each frame is near the next but the ends are far apart.
  Random random{4};
  std::vector<DuplicateCandidate> burst{random_picture(random)};
  for (int frame = 1; frame < 6; ++frame) {
    burst.push_back(changed(burst.front(), frame * 5, 0));
  }
  const auto groups = find_near_duplicates(burst, {}, {}).value();
  for (const auto& group : groups) {
    for (const auto& member : group.members) {
      EXPECT_LE(std::popcount(burst[group.keeper].hashes.phash[0] ^
                              burst[member.index].hashes.phash[member.turn]),
                6);
    }
  }
}

TEST(DuplicatesTest, FlatPicturesAreNobodysDuplicates) {
  Random random{5};
  auto sky = random_picture(random);
  sky.hashes.flat = true;
  EXPECT_TRUE(find_near_duplicates(std::vector{sky, sky, sky}, {}, {}).value().empty());
}

TEST(DuplicatesTest, TheIndexMissesNothingThatAFullSearchFinds) {
  Random random{6};
  std::vector<DuplicateCandidate> candidates;
  for (int picture = 0; picture < 200; ++picture) {
    candidates.push_back(random_picture(random));
    for (std::uint64_t copy = random() % 3; copy > 0; --copy) {
      auto near = candidates.back();
      for (int flips = 0; flips < 4; ++flips) {
        near.hashes.phash[0] ^= std::uint64_t{1} << random() % 64;
        near.hashes.dhash[0] ^= std::uint64_t{1} << random() % 64;
      }
      candidates.push_back(near);
    }
  }
  std::size_t found = 0;
  std::vector<int> times_placed(candidates.size());
  const auto groups = find_near_duplicates(candidates, {}, {}).value();
  for (const auto& group : groups) {
    ++times_placed[group.keeper];
    for (const auto& member : group.members) {
      ++times_placed[member.index];
      ++found;
    }
  }
  EXPECT_LE(std::ranges::max(times_placed), 1);
  // The twin: greedy over all pairs, in the same order of preference (all equal: by index).
  std::size_t expected = 0;
  std::vector<bool> taken(candidates.size());
  for (std::size_t keeper = 0; keeper < candidates.size(); ++keeper) {
    for (std::size_t other = keeper + 1; !taken[keeper] && other < candidates.size(); ++other) {
      const auto& a = candidates[keeper].hashes;
      const auto& b = candidates[other].hashes;
      if (!taken[other] && std::popcount(a.phash[0] ^ b.phash[0]) <= 6 &&
          std::popcount(a.dhash[0] ^ b.dhash[0]) <= 10) {
        taken[other] = true;
        ++expected;
      }
    }
  }
  EXPECT_EQ(found, expected);
}

TEST(DuplicatesTest, ImpossibleLimitsAreRefused) {
  EXPECT_FALSE(find_near_duplicates({}, {.phash = 16}, {}).has_value());
  EXPECT_FALSE(find_near_duplicates({}, {.dhash = -1}, {}).has_value());
  EXPECT_TRUE(find_near_duplicates({}, {.phash = 0, .dhash = 0}, {}).value().empty());
}

}  // namespace
}  // namespace albumen
