// SPDX-License-Identifier: Apache-2.0
// How people were grouped the last time is remembered, so that an edit changes what it says alone.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/internal/grouping_rows.h"
#include "pipeline/people_run.h"
#include "pipeline/testing/people_run_fixture.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;

class PeopleOptionsTest : public testing::PeopleRunFixture {
 protected:
  // As the next command does it: with what the library remembers.
  void name_cleo() {
    options_ = must(last_people_options(*library_));
    must(edit({.kind = EditKind::kName, .left = {face(6)}, .name = "Cleo"}));
  }
};

TEST_F(PeopleOptionsTest, ALibraryThatWasNeverGroupedRemembersNothing) {
  must(writer_->flush());
  const GroupingRow defaults = grouping_to_row({});
  EXPECT_EQ(grouping_to_row(must(last_people_options(*library_))), defaults);
  EXPECT_FALSE(must(library_->grouping()).has_value());
  group();
  EXPECT_EQ(must(library_->grouping()), defaults);
}

// Every edit grouped the whole library at the model's distance again, whatever `index` had been
// told.
TEST_F(PeopleOptionsTest, AnEditKeepsToTheDistanceOfTheLastGrouping) {
  options_.same_distance = 0.001;  // at which nobody's faces are one person
  options_.least_faces = 1;
  group();
  auto expected = people();
  ASSERT_EQ(expected.size(), 9U);
  name_cleo();
  const auto cleo = std::ranges::find(expected, person_of(6), &PersonRow::id);
  ASSERT_NE(cleo, expected.end());
  cleo->name = "Cleo";
  EXPECT_EQ(people(), expected);
}

TEST_F(PeopleOptionsTest, AnEditKeepsToDbscan) {
  options_.method = GroupingMethod::kDbscan;
  options_.min_samples = 4;
  group();
  name_cleo();
  EXPECT_EQ(options_.method, GroupingMethod::kDbscan);
  EXPECT_EQ(options_.min_samples, 4U);
  EXPECT_EQ(person_of(3, 1), "") << "three faces are noise";
  EXPECT_EQ(person_of(6), "");
}

// The people are the same, but the next edit would not be.
TEST_F(PeopleOptionsTest, ChoicesAreRememberedAlsoWhereNobodyChanges) {
  group();
  options_.eps = 0.3;
  group();
  EXPECT_EQ(must(last_people_options(*library_)).eps, 0.3);
}

TEST_F(PeopleOptionsTest, AMethodThatNoAlbumenWroteIsRefusedAndTheNextGroupingMendsIt) {
  group();
  GroupingRow row = must(library_->grouping()).value();
  row.method = "by eye";
  must(writer_->change_people({.faces_analyzer = kFacesId, .grouping = row}));
  const auto refused = last_people_options(*library_);
  EXPECT_EQ(code_of(refused), ErrorCode::kStoreFailed);
  EXPECT_THAT(message_of(refused), HasSubstr("by eye"));
  group();
  EXPECT_TRUE(last_people_options(*library_).has_value());
}

// `index --method dbscan` met the merge, or the eps, only when all pictures had been read.
TEST_F(PeopleOptionsTest, WhatGroupingWouldRefuseIsKnownBeforehand) {
  group();
  PeopleOptions by_dbscan;
  by_dbscan.method = GroupingMethod::kDbscan;
  must(check_people_options(*library_, by_dbscan));
  by_dbscan.eps = 0.9;
  EXPECT_EQ(code_of(check_people_options(*library_, by_dbscan)), ErrorCode::kInvalidArgument);
  by_dbscan.eps = 0.33;
  must(edit({.kind = EditKind::kMerge, .left = {face(1)}, .right = {face(6)}}));
  EXPECT_THAT(message_of(check_people_options(*library_, by_dbscan)),
              HasSubstr("DBSCAN knows no merges"));
  must(check_people_options(*library_, options_));
  must(edit({.kind = EditKind::kUndo, .undone = 1}));
  must(check_people_options(*library_, by_dbscan));
}

// The edit was written down, and then failed.
TEST_F(PeopleOptionsTest, AnEditWithAnEpsThatMakesNoSenseIsNotWrittenDown) {
  group();
  options_.method = GroupingMethod::kDbscan;
  options_.eps = 0.9;
  EXPECT_EQ(code_of(edit({.kind = EditKind::kName, .left = {face(1)}, .name = "Ada"})),
            ErrorCode::kInvalidArgument);
  EXPECT_TRUE(must(library_->edits()).empty());
}

}  // namespace
}  // namespace albumen
