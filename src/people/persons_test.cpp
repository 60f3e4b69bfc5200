// SPDX-License-Identifier: Apache-2.0
#include "people/persons.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>

#include "people/testing/synthetic_library.h"

namespace albumen {
namespace {

// Keys 0, 1, 2, ... in their own order, whatever their digests.
std::vector<FaceKey> ordered_keys(std::size_t count) {
  std::vector<FaceKey> keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    keys.push_back(people::testing::synthetic_key(i, 0));
  }
  std::ranges::sort(keys);
  return keys;
}

GroupedFaces grouped(std::vector<std::uint32_t> labels) {
  GroupedFaces result;
  result.keys = ordered_keys(labels.size());
  for (const std::uint32_t label : labels) {
    if (label != kNobody) {
      result.partition.people = std::max(result.partition.people, label + 1);
    }
  }
  result.partition.person_of_face = std::move(labels);
  return result;
}

std::map<FaceKey, PersonId> ids_of_faces(const GroupedFaces& faces,
                                         const std::vector<PersonId>& ids) {
  std::map<FaceKey, PersonId> result;
  for (std::size_t i = 0; i < faces.keys.size(); ++i) {
    result.emplace(faces.keys[i], ids[faces.partition.person_of_face[i]]);
  }
  return result;
}

TEST(PersonsTest, FirstIdsComeFromTheFirstFace) {
  const GroupedFaces faces = grouped({0, 1, 0, kNobody});
  const auto ids = assign_person_ids(faces, {});
  ASSERT_EQ(ids.size(), 2U);
  EXPECT_EQ(ids[0], derive_person_id(faces.keys[0]));
  EXPECT_EQ(ids[1], derive_person_id(faces.keys[1]));
  EXPECT_EQ(ids[0].size(), 14U);
  EXPECT_EQ(ids[0].substr(0, 2), "p-");
}

TEST(PersonsTest, IdsStayWithMostFaces) {
  const GroupedFaces before = grouped({0, 0, 0, 1, 1});
  const auto old_ids = assign_person_ids(before, {});
  // The first face leaves its person: the other two keep the id.
  const GroupedFaces after = grouped({0, 1, 1, 2, 2});
  const auto ids = assign_person_ids(after, ids_of_faces(before, old_ids));
  EXPECT_EQ(ids[1], old_ids[0]);
  EXPECT_EQ(ids[2], old_ids[1]);
  // The id derived from the first face is taken: a longer one.
  EXPECT_EQ(ids[0].substr(0, 14), old_ids[0]);
  EXPECT_EQ(ids[0].size(), 15U);
}

TEST(PersonsTest, PeopleThatStayAreNoneOfTheCallersBusiness) {
  const GroupedFaces before = grouped({0, 1, 1, 2, 2, 2});
  const auto old_ids = assign_person_ids(before, {});
  // The second person falls apart; asked about those two alone, and about everybody.
  const auto of_faces = ids_of_faces(before, old_ids);
  const auto everybody = assign_person_ids(grouped({0, 1, 2, 3, 3, 3}), of_faces);
  const auto changed = assign_person_ids(grouped({kNobody, 0, 1, kNobody, kNobody, kNobody}),
                                         of_faces, {old_ids[0], old_ids[2]});
  EXPECT_EQ(changed, (std::vector<PersonId>{everybody[1], everybody[2]}));
  // An id that is taken by somebody else is not given out again.
  const GroupedFaces one = grouped({0});
  const auto longer = assign_person_ids(one, {}, {derive_person_id(one.keys[0])});
  EXPECT_EQ(longer.front().size(), 15U);
}

TEST(PersonsTest, MergedPeopleKeepTheIdOfTheLarger) {
  const GroupedFaces before = grouped({0, 1, 1});
  const auto old_ids = assign_person_ids(before, {});
  const auto ids = assign_person_ids(grouped({0, 0, 0}), ids_of_faces(before, old_ids));
  EXPECT_EQ(ids, std::vector<PersonId>{old_ids[1]});
}

TEST(PersonsTest, NamesGoToMostOfTheirFaces) {
  const GroupedFaces faces = grouped({0, 0, 1, 1, 1, kNobody});
  const std::vector<NamedFaces> names{
      {.name = "Ann", .faces = {faces.keys[0], faces.keys[2], faces.keys[3]}, .edit = 1},
      {.name = "Bob", .faces = {faces.keys[1]}, .edit = 2},
      {.name = "Zoe", .faces = {faces.keys[5]}, .edit = 3},
      {.name = "Anna", .faces = {faces.keys[4]}, .edit = 4}};
  EXPECT_EQ(assign_names(faces, names), (std::vector<std::string>{"Bob", "Anna"}));
}

TEST(PersonsTest, SummaryOfAPerson) {
  const std::vector<FaceKey> keys = ordered_keys(4);
  const std::vector<float> vectors{1, 0, 0.8F, 0.6F, 1, 0, 0, 1};
  const FaceSet faces{.keys = keys, .f32 = vectors, .f16 = {}, .dimension = 2};
  const Partition partition{.person_of_face = {0, 0, 0, 1}, .people = 2};
  const std::vector<FaceQuality> quality{{.score = 0.99F, .chip_pixels = 50, .sharpness = 9},
                                         {.score = 0.95F, .chip_pixels = 90, .sharpness = 1},
                                         {.score = 0.95F, .chip_pixels = 90, .sharpness = 2},
                                         {}};
  const auto result = summarise(faces, partition, quality, {.least_faces = 3});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ((*result)[0].faces, 3U);
  EXPECT_EQ((*result)[0].pictures, 3U);
  EXPECT_EQ((*result)[0].best_face, keys[2]);
  EXPECT_NEAR((*result)[0].spread, 1 - std::hypot(2.8, 0.6) / 3, 1e-6);
  EXPECT_FALSE((*result)[0].tentative);
  EXPECT_TRUE((*result)[1].tentative);
  EXPECT_NEAR((*result)[1].spread, 0, 1e-12);
}

TEST(PersonsTest, ShapesThatDisagreeAreRefused) {
  const std::vector<FaceKey> keys = ordered_keys(1);
  const std::vector<float> vectors{1, 0};
  const FaceSet faces{.keys = keys, .f32 = vectors, .f16 = {}, .dimension = 2};
  const Partition one{.person_of_face = {0}, .people = 1};
  const std::vector<FaceQuality> two(2);
  EXPECT_EQ(summarise(faces, {}, {}, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(summarise(faces, one, two, {}).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace albumen
