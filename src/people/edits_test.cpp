// SPDX-License-Identifier: Apache-2.0
#include "people/edits.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <random>
#include <utility>

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

LocatedFace face_at(std::uint64_t picture, std::uint32_t index, float x) {
  return {.key = people::testing::synthetic_key(picture, index),
          .box = {.x = x, .y = 10, .width = 40, .height = 40}};
}

// An edit as it was made by whoever saw these faces.
LocatedEdit located(std::uint64_t id, EditKind kind, const std::vector<LocatedFace>& left,
                    const std::vector<LocatedFace>& right = {}) {
  LocatedEdit result{.edit = edit(id, kind, {}), .boxes = {}};
  for (const LocatedFace& it : left) {
    result.edit.left.push_back(it.key);
    result.boxes.push_back(it.box);
  }
  for (const LocatedFace& it : right) {
    result.edit.right.push_back(it.key);
    result.boxes.push_back(it.box);
  }
  return result;
}

TEST(EditsTest, RebindFollowsPlaces) {
  // The new detector finds another face first, so indices shift; one face is lost.
  const std::vector<LocatedFace> before{face_at(1, 0, 100), face_at(1, 1, 200), face_at(2, 0, 50)};
  const std::vector<LocatedFace> today{face_at(1, 0, 5), face_at(1, 1, 104), face_at(1, 2, 196)};
  const auto result =
      rebind(std::vector{located(1, EditKind::kMerge, {before[0], before[2]}, {before[1]})}, today);
  ASSERT_EQ(result.size(), 1U);
  EXPECT_EQ(result[0].left, std::vector<FaceKey>{today[1].key});
  EXPECT_EQ(result[0].right, std::vector<FaceKey>{today[2].key});
}

TEST(EditsTest, RebindGivesAPlaceToOneFaceOnly) {
  const LocatedFace old_left = face_at(1, 0, 0);
  const LocatedFace old_right = face_at(1, 1, 10);
  const LocatedFace now = face_at(1, 0, 9);
  const auto result = rebind(std::vector{located(1, EditKind::kKeepApart, {old_left}, {old_right})},
                             std::vector{now});
  EXPECT_TRUE(result[0].left.empty());
  EXPECT_EQ(result[0].right, std::vector<FaceKey>{now.key});
  EXPECT_TRUE(resolve(result).constraints.empty());
}

// Edits from before and after a change of detector were matched together, by keys that mean
// different faces: the older one lost its face, or meant a stranger.
TEST(EditsTest, EditsOfTwoDetectorsMayMeanTheSameFace) {
  const LocatedFace ada_then = face_at(1, 0, 100);
  const LocatedFace stranger = face_at(1, 0, 5);
  const LocatedFace ada = face_at(1, 1, 104);
  const LocatedFace bob = face_at(2, 0, 50);
  const LocatedFace cleo = face_at(3, 0, 50);
  const auto result = rebind(std::vector{located(1, EditKind::kName, {ada_then}),
                                         located(2, EditKind::kMerge, {ada_then}, {bob}),
                                         located(3, EditKind::kKeepApart, {ada}, {cleo}),
                                         located(4, EditKind::kKeepApart, {stranger}, {bob})},
                             std::vector{stranger, ada, bob, cleo});
  const std::vector<FaceKey> only_ada{ada.key};
  EXPECT_EQ(result[0].left, only_ada);
  EXPECT_EQ(result[1].left, only_ada);
  EXPECT_EQ(result[2].left, only_ada);
  EXPECT_EQ(result[3].left, std::vector<FaceKey>{stranger.key});
  EXPECT_EQ(resolve(result).constraints.must_link.size(), 1U);
  EXPECT_EQ(resolve(result).constraints.cannot_link.size(), 2U);
}

// Faces at fixed places of three pictures, which every detector numbers in its own order and finds
// a little beside where another one does.
class ManyDetectors {
 public:
  explicit ManyDetectors(std::uint64_t seed) : random_(seed) {}

  void change() {
    for (auto& indices : index_of_place_) {
      std::ranges::shuffle(indices, random_);
    }
    shift_ = static_cast<float>(random_() % 10);
  }

  [[nodiscard]] LocatedFace face(std::size_t picture, std::size_t place) const {
    return face_at(picture, index_of_place_.at(picture).at(place),
                   static_cast<float>(place) * 50 + shift_);
  }

  [[nodiscard]] std::vector<LocatedFace> all() const {
    std::vector<LocatedFace> faces;
    for (std::size_t picture = 0; picture < index_of_place_.size(); ++picture) {
      for (std::size_t place = 0; place < kPlaces; ++place) {
        faces.push_back(face(picture, place));
      }
    }
    return faces;
  }

  static constexpr std::size_t kPictures = 3;
  static constexpr std::size_t kPlaces = 4;

 private:
  std::mt19937_64 random_;
  std::array<std::array<std::uint32_t, kPlaces>, kPictures> index_of_place_{
      {{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}}};
  float shift_ = 0;
};

TEST(EditsTest, WhateverDetectorsCameBetweenEveryEditMeansThePlacesThatItMeant) {
  std::mt19937_64 random{7};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ManyDetectors detectors{seed};
    std::vector<LocatedEdit> log;
    std::vector<std::vector<std::pair<std::size_t, std::size_t>>> meant;
    for (std::uint64_t id = 1; id <= 12; ++id) {
      if (random() % 2 == 0) {
        detectors.change();
      }
      auto& places = meant.emplace_back();
      std::vector<LocatedFace> faces;
      for (std::uint64_t count = 1 + random() % 4; count > 0; --count) {
        const std::pair place{random() % ManyDetectors::kPictures,
                              random() % ManyDetectors::kPlaces};
        if (std::ranges::find(places, place) == places.end()) {
          places.push_back(place);
          faces.push_back(detectors.face(place.first, place.second));
        }
      }
      log.push_back(located(id, EditKind::kName, faces));
    }
    const auto result = rebind(log, detectors.all());
    for (std::size_t number = 0; number < log.size(); ++number) {
      std::vector<FaceKey> expected;
      for (const auto& [picture, place] : meant[number]) {
        expected.push_back(detectors.face(picture, place).key);
      }
      EXPECT_EQ(result[number].left, expected) << "seed " << seed << " edit " << number + 1;
    }
  }
}

}  // namespace
}  // namespace albumen
