// SPDX-License-Identifier: Apache-2.0
#include "people/edits.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "people/testing/synthetic_library.h"

namespace albumen {
namespace {

FaceKey face(std::uint64_t number) { return people::testing::synthetic_key(number, 0); }

std::vector<FaceKey> faces(std::initializer_list<std::uint64_t> numbers) {
  std::vector<FaceKey> keys;
  for (const std::uint64_t number : numbers) {
    keys.push_back(face(number));
  }
  return keys;
}

std::vector<FaceKey> sorted(std::vector<FaceKey> keys) {
  std::ranges::sort(keys);
  return keys;
}

Edit edit(std::uint64_t id, EditKind kind, std::vector<FaceKey> left,
          std::vector<FaceKey> right = {}) {
  Edit result;
  result.id = id;
  result.kind = kind;
  result.left = std::move(left);
  result.right = std::move(right);
  return result;
}

Edit undo(std::uint64_t id, std::uint64_t undone) {
  Edit result;
  result.id = id;
  result.kind = EditKind::kUndo;
  result.undone = undone;
  return result;
}

Constraints constraints_of(const std::vector<Edit>& log) { return resolve(log).constraints; }

TEST(EditsTest, MergeLinksAllItsFaces) {
  const auto result = constraints_of({edit(1, EditKind::kMerge, faces({1, 2}), faces({3}))});
  ASSERT_EQ(result.must_link.size(), 1U);
  EXPECT_EQ(result.must_link[0], sorted(faces({1, 2, 3})));
  EXPECT_TRUE(result.cannot_link.empty());
}

TEST(EditsTest, MergesChain) {
  const auto result = constraints_of({edit(1, EditKind::kMerge, faces({1}), faces({2})),
                                      edit(2, EditKind::kMerge, faces({3}), faces({4})),
                                      edit(3, EditKind::kMerge, faces({4}), faces({1}))});
  ASSERT_EQ(result.must_link.size(), 1U);
  EXPECT_EQ(result.must_link[0], sorted(faces({1, 2, 3, 4})));
}

TEST(EditsTest, SplitTakesFacesOutOfAMerge) {
  const auto result = constraints_of({edit(1, EditKind::kMerge, faces({1, 2}), faces({3, 4})),
                                      edit(2, EditKind::kSplit, faces({3, 4}), faces({1, 2}))});
  EXPECT_EQ(result.must_link.size(), 2U);
  ASSERT_EQ(result.cannot_link.size(), 1U);
  EXPECT_EQ(result.cannot_link[0].left, faces({3, 4}));
}

TEST(EditsTest, KeepApartDividesAMerge) {
  const auto result = constraints_of({edit(1, EditKind::kMerge, faces({1, 2}), faces({3, 4})),
                                      edit(2, EditKind::kKeepApart, faces({1}), faces({3, 4}))});
  ASSERT_EQ(result.must_link.size(), 2U);
  EXPECT_TRUE(std::ranges::find(result.must_link, sorted(faces({1, 2}))) != result.must_link.end());
  EXPECT_TRUE(std::ranges::find(result.must_link, sorted(faces({3, 4}))) != result.must_link.end());
}

TEST(EditsTest, LaterMergeLiftsKeepApart) {
  const auto result = constraints_of({edit(1, EditKind::kKeepApart, faces({1, 2, 9}), faces({3})),
                                      edit(2, EditKind::kMerge, faces({1, 2}), faces({3}))});
  EXPECT_TRUE(result.cannot_link.empty());  // nothing is left on the right side
  EXPECT_EQ(result.must_link.size(), 1U);
}

TEST(EditsTest, AssignMovesFaces) {
  const auto result = constraints_of({edit(1, EditKind::kMerge, faces({1}), faces({2, 3})),
                                      edit(2, EditKind::kAssign, faces({3}), faces({7, 8}))});
  ASSERT_EQ(result.must_link.size(), 2U);
  EXPECT_TRUE(std::ranges::find(result.must_link, sorted(faces({3, 7}))) != result.must_link.end());
}

TEST(EditsTest, EditsAreUndoneOneByOne) {
  const std::vector<Edit> log{edit(1, EditKind::kMerge, faces({1}), faces({2})),
                              edit(2, EditKind::kKeepApart, faces({1}), faces({5})), undo(3, 1)};
  const Decisions decisions = resolve(log);
  EXPECT_TRUE(decisions.constraints.must_link.empty());
  EXPECT_EQ(decisions.constraints.cannot_link.size(), 1U);
  EXPECT_EQ(decisions.counting, (std::vector<std::uint64_t>{2, 3}));
}

TEST(EditsTest, UndoOfAnUndoCountsAgain) {
  std::vector<Edit> log{edit(1, EditKind::kMerge, faces({1}), faces({2}))};
  const Constraints merged = constraints_of(log);
  log.push_back(undo(2, 1));
  EXPECT_TRUE(constraints_of(log).empty());
  log.push_back(undo(3, 2));
  EXPECT_EQ(constraints_of(log), merged);
  log.push_back(undo(4, 3));
  EXPECT_TRUE(constraints_of(log).empty());
}

TEST(EditsTest, NamesFollowTheirEdits) {
  Edit first = edit(1, EditKind::kName, faces({1, 2}));
  first.name = "Ann";
  Edit second = edit(2, EditKind::kName, faces({1}));
  second.name = "Anna";
  const Decisions all = resolve(std::vector<Edit>{first, second});
  ASSERT_EQ(all.names.size(), 2U);
  EXPECT_EQ(all.names[1].name, "Anna");
  EXPECT_EQ(resolve(std::vector<Edit>{first, second, undo(3, 2)}).names.size(), 1U);
}

TEST(EditsTest, NonsenseIsRefused) {
  const std::vector<Edit> log{edit(4, EditKind::kMerge, faces({1}), faces({2}))};
  const auto code = [&](const Edit& next) { return check_edit(log, next).error().code; };
  EXPECT_EQ(code(edit(4, EditKind::kMerge, faces({1}), faces({2}))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(edit(5, EditKind::kMerge, {}, faces({2}))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(edit(5, EditKind::kSplit, faces({2}))), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(edit(5, EditKind::kMerge, faces({2, 3}), faces({2}))),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(undo(5, 3)), ErrorCode::kNotFound);
  EXPECT_TRUE(check_edit(log, undo(5, 4)).has_value());
}

TEST(EditsTest, KindsHaveStableNames) {
  for (const char* name : {"name", "merge", "split", "keep-apart", "assign", "undo"}) {
    EXPECT_EQ(name_of(parse_edit_kind(name).value()), name);
  }
  EXPECT_FALSE(parse_edit_kind("join").has_value());
}

TEST(EditsTest, RebindFollowsPlaces) {
  const auto at = [](std::uint64_t picture, std::uint32_t index, float x) {
    return LocatedFace{.key = people::testing::synthetic_key(picture, index),
                       .box = {.x = x, .y = 10, .width = 40, .height = 40}};
  };
  // The new detector finds another face first, so indices shift; one face is lost.
  const std::vector<LocatedFace> before{at(1, 0, 100), at(1, 1, 200), at(2, 0, 50)};
  const std::vector<LocatedFace> after{at(1, 0, 5), at(1, 1, 104), at(1, 2, 196)};
  const std::vector<Edit> log{
      edit(1, EditKind::kMerge, {before[0].key, before[2].key}, {before[1].key})};
  const ReboundLog result = rebind(log, before, after);
  ASSERT_EQ(result.edits.size(), 1U);
  EXPECT_EQ(result.edits[0].left, std::vector<FaceKey>{after[1].key});
  EXPECT_EQ(result.edits[0].right, std::vector<FaceKey>{after[2].key});
  EXPECT_EQ(result.missing, std::vector<FaceKey>{before[2].key});
}

TEST(EditsTest, RebindGivesAPlaceToOneFaceOnly) {
  const LocatedFace old_left{.key = people::testing::synthetic_key(1, 0),
                             .box = {.x = 0, .y = 0, .width = 40, .height = 40}};
  const LocatedFace old_right{.key = people::testing::synthetic_key(1, 1),
                              .box = {.x = 10, .y = 0, .width = 40, .height = 40}};
  const LocatedFace now{.key = people::testing::synthetic_key(1, 0),
                        .box = {.x = 9, .y = 0, .width = 40, .height = 40}};
  const std::vector<Edit> log{edit(1, EditKind::kKeepApart, {old_left.key}, {old_right.key})};
  const ReboundLog result = rebind(log, std::vector{old_left, old_right}, std::vector{now});
  EXPECT_TRUE(result.edits[0].left.empty());
  EXPECT_EQ(result.edits[0].right, std::vector<FaceKey>{now.key});
  EXPECT_TRUE(resolve(result.edits).constraints.empty());
}

}  // namespace
}  // namespace albumen
