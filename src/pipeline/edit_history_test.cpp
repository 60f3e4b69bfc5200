// SPDX-License-Identifier: Apache-2.0
// The log of edits as a user reads it, and undoing without knowing a number.
#include "pipeline/edit_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/testing/people_run_fixture.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using enum testing::Who;

class EditHistoryTest : public testing::PeopleRunFixture {
 protected:
  std::vector<EditRecord> history() { return must(edit_history(*library_, budget_)); }

  std::vector<EditState> states() {
    std::vector<EditState> result;
    for (const EditRecord& record : history()) {
      result.push_back(record.state);
    }
    return result;
  }

  EditOutcome undo_last() {
    return must(apply_edit(*library_, *writer_, {.kind = EditKind::kUndo}, options_, budget_, {}));
  }
};

// After the terminal had scrolled away, only SQL told which edits there were, and their numbers.
TEST_F(EditHistoryTest, EveryEditIsListedWithThePeopleWhoHaveItsFacesToday) {
  group();
  const std::string ada = person_of(1);
  const std::string bob = person_of(5, 0);
  must(edit({.kind = EditKind::kName, .left = {ada}, .name = "Ada"}));
  must(edit({.kind = EditKind::kSplit, .left = {face(1)}}));
  must(edit({.kind = EditKind::kUndo, .undone = 2}));
  must(edit({.kind = EditKind::kKeepApart, .left = {ada}, .right = {bob}}));
  const auto records = history();
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].edit.id, 1U);
  EXPECT_EQ(records[0].edit.kind, EditKind::kName);
  EXPECT_EQ(records[0].edit.name, "Ada");
  EXPECT_EQ(records[0].edit.left.size(), 5U);
  EXPECT_THAT(records[0].left_people, ElementsAre(ada));
  EXPECT_EQ(records[1].state, EditState::kUndone);
  EXPECT_EQ(records[1].undone_by, 3U);
  EXPECT_EQ(records[2].edit.undone, 2U);
  EXPECT_THAT(records[3].left_people, ElementsAre(ada));
  EXPECT_THAT(records[3].right_people, ElementsAre(bob));
  EXPECT_THAT(states(), ElementsAre(EditState::kStands, EditState::kUndone, EditState::kStands,
                                    EditState::kStands));
  EXPECT_EQ(budget_.used(), Bytes{});
}

TEST_F(EditHistoryTest, WhatLaterEditsOrLostFacesOverrideIsWithoutEffect) {
  group();
  const std::string ada = person_of(1);
  must(edit({.kind = EditKind::kName, .left = {ada}, .name = "Eda"}));
  must(edit({.kind = EditKind::kName, .left = {ada}, .name = "Ada"}));
  must(edit({.kind = EditKind::kMerge, .left = {face(1)}, .right = {face(6)}}));
  must(edit({.kind = EditKind::kSplit, .left = {face(6)}}));
  must(edit({.kind = EditKind::kKeepApart, .left = {face(2)}, .right = {face(4)}}));
  EXPECT_THAT(states(),
              ElementsAre(EditState::kWithoutEffect, EditState::kStands, EditState::kWithoutEffect,
                          EditState::kStands, EditState::kStands));
  add_picture(6, {});  // the same picture, on which nobody is found any more
  group();
  const auto records = history();
  EXPECT_EQ(records[3].state, EditState::kWithoutEffect);
  EXPECT_THAT(records[3].left_people, IsEmpty());
  EXPECT_EQ(records[3].edit.left.size(), 1U) << "what was written down stays";
}

TEST_F(EditHistoryTest, UndoWithoutANumberGoesBackThroughTheLog) {
  group();
  const auto before = people();
  must(edit({.kind = EditKind::kName, .left = {person_of(1)}, .name = "Ada"}));
  const auto named = people();
  must(edit({.kind = EditKind::kMerge, .left = {"Ada"}, .right = {person_of(6)}}));
  const EditOutcome first = undo_last();
  ASSERT_TRUE(first.undone.has_value());
  EXPECT_EQ(first.undone->id, 2U);
  EXPECT_EQ(first.undone->kind, EditKind::kMerge);
  EXPECT_EQ(people(), named);
  const EditOutcome second = undo_last();
  ASSERT_TRUE(second.undone.has_value());
  EXPECT_EQ(second.undone->id, 1U) << "not the undo of before";
  EXPECT_EQ(people(), before);
  const auto none =
      apply_edit(*library_, *writer_, {.kind = EditKind::kUndo}, options_, budget_, {});
  EXPECT_EQ(code_of(none), ErrorCode::kNotFound);
  EXPECT_THAT(message_of(none), HasSubstr("no edit stands"));
  EXPECT_EQ(history().size(), 4U);
  // An undo that is undone is none: its edit is the last that stands again.
  must(edit({.kind = EditKind::kUndo, .undone = 4}));
  EXPECT_EQ(undo_last().undone->id, 1U);
}

}  // namespace
}  // namespace albumen
