// SPDX-License-Identifier: Apache-2.0
// Who is who, from stored faces to stored people, and what a human says about it: through the
// library as a user's commands do it, with made-up vectors.
#include "pipeline/people_run.h"

#include <algorithm>
#include <cctype>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <set>
#include <stop_token>

#include "pipeline/testing/people_run_fixture.h"

namespace albumen {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using enum testing::Who;

class PeopleRunTest : public testing::PeopleRunFixture {};

TEST_F(PeopleRunTest, FacesBecomePeopleAndTheRareOnesAreTentative) {
  const PeopleSummary summary = group();
  EXPECT_TRUE(summary.known);
  EXPECT_EQ(summary.people, 2U);
  EXPECT_EQ(summary.tentative, 1U);
  EXPECT_EQ(summary.faces, 9U);
  std::multiset<std::size_t> sizes;
  for (const PersonRow& person : people()) {
    sizes.insert(person.faces.size());
    EXPECT_EQ(person.tentative, person.faces.size() < 3);
    ASSERT_TRUE(person.best_face.has_value());
    EXPECT_TRUE(std::ranges::binary_search(person.faces, *person.best_face));
    EXPECT_LT(person.spread, 0.05);
  }
  EXPECT_THAT(sizes, ElementsAre(1, 3, 5));
  EXPECT_EQ(person_of(1), person_of(5, 1));
  EXPECT_EQ(person_of(3, 1), person_of(5, 0));
  EXPECT_EQ(budget_.used(), Bytes{});
}

TEST_F(PeopleRunTest, ALibraryWhereNobodyLookedForFacesKnowsNoPeople) {
  const auto other = open_for_test(folder_ / "other.db");
  LibraryWriter& writer = *must(other->writer());
  const auto none = must(group_people(*other, writer, options_, budget_, {}));
  EXPECT_FALSE(none.known);
  begin_test_run(*other);
  const auto empty = must(group_people(*other, writer, options_, budget_, {}));
  EXPECT_TRUE(empty.known);
  EXPECT_EQ(empty.faces, 0U);
  EXPECT_THAT(must(other->people()), IsEmpty());
}

TEST_F(PeopleRunTest, FacesTooSmallForAVectorAreNobodys) {
  PictureResult result = made_up_result(7, 0);
  Face small = face_of(kAda, 7, 0);
  small.vector.clear();
  small.chip_pixels = 0;
  result.findings = {{kFacesId, Faces{{small}}}};
  must(writer_->submit(result));
  EXPECT_EQ(group().faces, 9U);
  EXPECT_EQ(person_of(7), "");
}

TEST_F(PeopleRunTest, IdsStayWhenFacesComeAndGo) {
  group();
  const std::string ada = person_of(1);
  const std::string bob = person_of(5, 0);
  const std::string cleo = person_of(6);
  for (std::uint64_t seed = 10; seed < 20; ++seed) {
    add_picture(seed, {kCleo, kBob, kAda});
  }
  options_.threads = 3;
  EXPECT_EQ(group().people, 3U);
  EXPECT_EQ(person_of(1), ada);
  EXPECT_EQ(person_of(12, 1), bob);
  EXPECT_EQ(person_of(12, 0), cleo);
  add_picture(1, {});
  group();
  EXPECT_EQ(person_of(1), "");
  EXPECT_EQ(person_of(2), ada);
}

TEST_F(PeopleRunTest, EditsHoldThroughEveryRegroupingAndAnotherProcess) {
  group();
  const std::string ada = person_of(1);
  EXPECT_EQ(must(edit({.kind = EditKind::kName, .left = {ada}, .name = "Ada"})), 1);
  EXPECT_EQ(must(edit({.kind = EditKind::kMerge, .left = {ada}, .right = {face(6)}})), 2);
  EXPECT_EQ(must(edit({.kind = EditKind::kSplit, .left = {face(2)}})), 3);
  EXPECT_EQ(must(edit({.kind = EditKind::kKeepApart, .left = {face(3, 1)}, .right = {face(5)}})),
            4);
  const auto check = [&] {
    EXPECT_EQ(person_of(1), ada);
    EXPECT_EQ(name_of_person(ada), "Ada");
    EXPECT_EQ(person_of(6), ada) << "merged";
    EXPECT_NE(person_of(2), ada) << "split off";
    EXPECT_NE(person_of(3, 1), person_of(5, 0)) << "kept apart";
    EXPECT_EQ(person_of(4, 0), ada);
  };
  check();
  const auto before = people();
  group();
  EXPECT_EQ(people(), before);
  open();
  group();
  EXPECT_EQ(people(), before);
  add_picture(8, {kAda});
  add_picture(9, {kBob, kCleo});
  group();
  check();
}

// A split told no id by which the new person could be named.
TEST_F(PeopleRunTest, AnEditTellsWhomItWasAbout) {
  group();
  const std::string ada = person_of(1);
  const auto ids_after = [&](const EditRequest& request) {
    std::vector<std::string> ids;
    const auto outcome = apply_edit(*library_, *writer_, request, options_, budget_, {});
    for (const PersonRow& person : must(outcome).persons) {
      ids.push_back(person.id);
    }
    return ids;
  };
  const auto split = ids_after({.kind = EditKind::kSplit, .left = {face(2)}});
  EXPECT_THAT(split, ::testing::UnorderedElementsAre(ada, person_of(2)));
  EXPECT_NE(person_of(2), ada);
  EXPECT_THAT(ids_after({.kind = EditKind::kName, .left = {ada}, .name = "Ada"}), ElementsAre(ada));
  EXPECT_THAT(ids_after({.kind = EditKind::kUndo, .undone = 1}), ElementsAre(ada));
}

TEST_F(PeopleRunTest, UndoGivesBackWhatWasBefore) {
  group();
  const auto before = people();
  const std::string ada = person_of(1);
  const std::string bob = person_of(5, 0);
  const std::vector<EditRequest> requests{
      {.kind = EditKind::kMerge, .left = {ada}, .right = {bob, person_of(6)}},
      {.kind = EditKind::kSplit, .left = {face(1), face(2)}},
      {.kind = EditKind::kKeepApart, .left = {face(3)}, .right = {face(4)}},
      {.kind = EditKind::kAssign, .left = {face(6)}, .right = {bob}},
      {.kind = EditKind::kName, .left = {bob}, .name = "Bob"}};
  for (const EditRequest& request : requests) {
    const auto number = static_cast<std::uint64_t>(must(edit(request)));
    EXPECT_NE(people(), before) << name_of(request.kind);
    must(edit({.kind = EditKind::kUndo, .undone = number}));
    EXPECT_EQ(people(), before) << name_of(request.kind);
    EXPECT_EQ(code_of(edit({.kind = EditKind::kUndo, .undone = number})),
              ErrorCode::kInvalidArgument)
        << "it was written down a second time, and then the first undo could not be undone";
  }
  // Undoing an undo makes the edit count again.
  must(edit({.kind = EditKind::kUndo, .undone = 10}));
  EXPECT_EQ(name_of_person(bob), "Bob");
}

TEST_F(PeopleRunTest, ANameTurnsATentativePersonIntoOneAndAnEmptyOneBack) {
  group();
  const std::string cleo = person_of(6);
  must(edit({.kind = EditKind::kName, .left = {cleo}, .name = "Cleo"}));
  EXPECT_FALSE(must(find_person(people(), "Cleo")).tentative);
  must(edit({.kind = EditKind::kName, .left = {"Cleo"}, .name = ""}));
  EXPECT_TRUE(must(find_person(people(), cleo)).tentative);
}

TEST_F(PeopleRunTest, WhatDoesNotFitIsRefusedAndTheLogStaysAsItWas) {
  group();
  const std::string ada = person_of(1);
  EXPECT_EQ(code_of(edit({.kind = EditKind::kName, .left = {"p-none"}, .name = "X"})),
            ErrorCode::kNotFound);
  EXPECT_EQ(code_of(edit({.kind = EditKind::kMerge, .left = {ada}, .right = {face(1)}})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(edit({.kind = EditKind::kSplit, .left = {ada}})), ErrorCode::kInvalidArgument)
      << "nothing would be left of her";
  EXPECT_EQ(code_of(edit({.kind = EditKind::kUndo, .undone = 1})), ErrorCode::kNotFound);
  EXPECT_EQ(code_of(edit({.kind = EditKind::kName, .left = {ada}, .name = "caf\xE9"})),
            ErrorCode::kInvalidArgument);
  // A list of people coloured the terminal, and had two lines for one.
  for (const char* const name : {"two\nlines", "\x1B[31mred", "\x7F",
                                 "\xC2\x9B"
                                 "31mred"}) {
    EXPECT_EQ(code_of(edit({.kind = EditKind::kName, .left = {ada}, .name = name})),
              ErrorCode::kInvalidArgument);
  }
  // Nobody saw that she had one, and the name of another led to whoever had that id, or to nobody.
  for (const char* const name : {" ", "   ", "\xC2\xA0 \xE3\x80\x80", "p-12ab", "P-12AB", "p-"}) {
    EXPECT_EQ(code_of(edit({.kind = EditKind::kName, .left = {ada}, .name = name})),
              ErrorCode::kInvalidArgument)
        << name;
  }
  EXPECT_THAT(must(library_->edits()), IsEmpty());
}

// What is refused is what nobody could be found by, and no more.
TEST_F(PeopleRunTest, OtherNamesThatBeginLikeAnIdOrWithASpaceAreNames) {
  group();
  const std::string ada = person_of(1);
  for (const char* const name : {"p-x12", "P-Adam", "pa", "12ab", " Ada", "\xE3\x81\x82"}) {
    must(edit({.kind = EditKind::kName, .left = {ada}, .name = name}));
    EXPECT_EQ(must(find_person(people(), name)).id, ada);
  }
}

TEST_F(PeopleRunTest, AFaceIsFoundByTheFirstDigitsOfItsId) {
  group();
  const std::string digits = to_string(digest_of(6));
  std::string loud = digits.substr(0, 12);
  std::ranges::transform(loud, loud.begin(), [](unsigned char letter) {
    return static_cast<char>(std::toupper(letter));
  });
  std::string name = "0";
  for (const std::string& word : {digits + "#0", digits.substr(0, 8) + "#0", loud + "#0"}) {
    name += "1";
    must(edit({.kind = EditKind::kName, .left = {word}, .name = name}));
    EXPECT_EQ(name_of_person(person_of(6)), name) << word;
  }
  const auto refusal_of = [&](const std::string& word) {
    return edit({.kind = EditKind::kName, .left = {word}, .name = "X"}).error();
  };
  EXPECT_EQ(refusal_of(digits + "#1").code, ErrorCode::kNotFound);
  for (const char* const word : {"#0", "zz#0", "12ab#", "12ab#x", "12ab#0x", "12ab#-1"}) {
    EXPECT_EQ(refusal_of(word).code, ErrorCode::kInvalidArgument) << word;
    EXPECT_THAT(refusal_of(word).message, HasSubstr("no face id")) << word;
  }
}

TEST_F(PeopleRunTest, ANameMayLookLikeAFaceId) {
  group();
  must(edit({.kind = EditKind::kName, .left = {face(6)}, .name = "Team #1"}));
  must(edit({.kind = EditKind::kName, .left = {"Team #1"}, .name = "Cleo"}));
  EXPECT_EQ(name_of_person(person_of(6)), "Cleo");
}

TEST_F(PeopleRunTest, ABeginningThatFitsSeveralFacesIsRefused) {
  // More pictures than hexadecimal digits: two begin alike.
  for (std::uint64_t seed = 20; seed < 40; ++seed) {
    add_picture(seed, {kAda});
  }
  group();
  std::map<char, std::vector<std::uint64_t>> by_digit;
  for (std::uint64_t seed = 20; seed < 40; ++seed) {
    by_digit[to_string(digest_of(seed)).front()].push_back(seed);
  }
  const auto crowded =
      std::ranges::find_if(by_digit, [](const auto& digit) { return digit.second.size() > 1; });
  ASSERT_NE(crowded, by_digit.end());
  const auto refused =
      edit({.kind = EditKind::kName, .left = {std::string(1, crowded->first) + "#0"}, .name = "X"});
  EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument);
  EXPECT_THAT(message_of(refused), HasSubstr("more digits"));
}

TEST(FindPersonTest, IdsNamesAndBeginningsMeanOnePersonOrNone) {
  const std::vector<PersonRow> people{{.id = "p-12ab", .name = "Ada"},
                                      {.id = "p-12abcd", .name = "Bob"},
                                      {.id = "p-77", .name = "Bob"},
                                      {.id = "p-90", .name = ""}};
  EXPECT_EQ(must(find_person(people, "p-12ab")).name, "Ada")
      << "a whole id, though another begins so";
  EXPECT_EQ(must(find_person(people, "p-12abc")).name, "Bob");
  EXPECT_EQ(must(find_person(people, "p-7")).id, "p-77");
  EXPECT_EQ(must(find_person(people, "Ada")).id, "p-12ab");
  EXPECT_EQ(code_of(find_person(people, "Bob")), ErrorCode::kInvalidArgument);
  EXPECT_THAT(message_of(find_person(people, "p-12")), HasSubstr("p-12ab, p-12abcd"));
  EXPECT_EQ(code_of(find_person(people, "p-")), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code_of(find_person(people, "Ad")), ErrorCode::kNotFound) << "names are never cut";
  EXPECT_EQ(code_of(find_person(people, "")), ErrorCode::kNotFound) << "nameless is no name";
  EXPECT_EQ(code_of(find_person({}, "p-77")), ErrorCode::kNotFound);
}

// A contact sheet prints capitals: an id typed from it was nobody's.
TEST(FindPersonTest, AnIdMayBeTypedInCapitals) {
  const std::vector<PersonRow> people{{.id = "p-12ab", .name = "Ada"}, {.id = "p-77", .name = ""}};
  EXPECT_EQ(must(find_person(people, "P-12AB")).name, "Ada");
  EXPECT_EQ(must(find_person(people, "P-12A")).name, "Ada");
  EXPECT_EQ(code_of(find_person(people, "ADA")), ErrorCode::kNotFound) << "names are as they are";
}

TEST_F(PeopleRunTest, DbscanLeavesNoiseToNobodyAndKeepsNames) {
  group();
  const std::string ada = person_of(1);
  must(edit({.kind = EditKind::kName, .left = {ada}, .name = "Ada"}));
  options_.method = GroupingMethod::kDbscan;
  EXPECT_EQ(group().people, 2U);
  EXPECT_EQ(person_of(1), ada);
  EXPECT_EQ(name_of_person(ada), "Ada");
  EXPECT_EQ(person_of(6), "");
}

TEST_F(PeopleRunTest, DbscanIsRefusedWhereItWouldForgetWhatPeopleSaid) {
  group();
  const std::string ada = person_of(1);
  must(edit({.kind = EditKind::kMerge, .left = {ada}, .right = {face(6)}}));
  const auto before = people();
  options_.method = GroupingMethod::kDbscan;
  const auto refused = group_people(*library_, *writer_, options_, budget_, {});
  EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument);
  EXPECT_THAT(message_of(refused), HasSubstr("DBSCAN knows no merges"));
  EXPECT_EQ(people(), before);
  EXPECT_EQ(code_of(edit({.kind = EditKind::kSplit, .left = {face(2)}})),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(must(library_->edits()).size(), 1U) << "what is refused is not written down";
  must(edit({.kind = EditKind::kUndo, .undone = 1}));
  EXPECT_EQ(person_of(6), "") << "without the merge nothing stands in its way";
}

TEST_F(PeopleRunTest, DbscanOutsideTheRangeOfTheModelIsRefusedByItsName) {
  group();
  const auto before = people();
  options_.method = GroupingMethod::kDbscan;
  for (const double eps : {0.294, 0.366, 0.0, -1.0, 1e9}) {
    options_.eps = eps;
    const auto refused = group_people(*library_, *writer_, options_, budget_, {});
    EXPECT_EQ(code_of(refused), ErrorCode::kInvalidArgument) << eps;
    EXPECT_THAT(message_of(refused), HasSubstr("dlib-resnet29")) << eps;
  }
  EXPECT_EQ(people(), before);
}

// Those of the graph of near faces have a second way to the same people.
TEST_F(PeopleRunTest, EveryReservationThatFailsLeavesThePeopleAsTheyWereOrIsDoneWithout) {
  group();
  constexpr std::uint8_t kFirstNew = 100;
  constexpr std::uint8_t kMoreThanAGroupingReserves = 60;
  int refused = 0;
  int done_without = 0;
  for (std::uint8_t nth = 1; nth <= kMoreThanAGroupingReserves; ++nth) {
    const auto before = people();
    const auto picture = static_cast<std::uint8_t>(kFirstNew + nth);
    add_picture(picture, {kBob});
    must(writer_->flush());
    PeopleOptions afresh = options_;
    afresh.afresh = true;
    budget_.fail_nth_for_testing(nth);
    const auto grouped = group_people(*library_, *writer_, afresh, budget_, {});
    budget_.fail_nth_for_testing(0);
    EXPECT_EQ(budget_.used(), Bytes{}) << nth;
    if (grouped) {
      done_without += grouped->without_pairs ? 1 : 0;
    } else {
      ++refused;
      EXPECT_EQ(code_of(grouped), ErrorCode::kBudgetExceeded) << nth;
      EXPECT_EQ(people(), before) << nth;
      group();
    }
    EXPECT_EQ(person_of(picture), person_of(kFirstNew + 1)) << nth;
  }
  EXPECT_GT(refused, 1);
  EXPECT_GT(done_without, 1);
}

// What is known of the others does not fit then, so nothing of it is used.
TEST_F(PeopleRunTest, AFewNewFacesAreGroupedAlsoWhereWhatIsKnownDoesNotFit) {
  group();
  add_picture(8, {kBob});
  must(writer_->flush());
  int refused = 0;
  std::uint64_t nth = 1;
  budget_.fail_nth_for_testing(nth);
  while (!group_people(*library_, *writer_, options_, budget_, {})) {
    ++refused;
    budget_.fail_nth_for_testing(++nth);
  }
  budget_.fail_nth_for_testing(0);
  EXPECT_EQ(person_of(8), person_of(5));
  EXPECT_GE(refused, 1);
}

// An edit is two writes: into the log, and the people that come of it.
TEST_F(PeopleRunTest, EveryWriteThatFailsLeavesPeopleThatTheNextGroupingMends) {
  group();
  const auto before = people();
  const EditRequest request{.kind = EditKind::kMerge, .left = {face(1)}, .right = {face(6)}};
  writer_->fail_nth_for_testing(1);
  EXPECT_EQ(code_of(edit(request)), ErrorCode::kStoreFailed);
  EXPECT_THAT(must(library_->edits()), IsEmpty());
  EXPECT_EQ(people(), before);
  writer_->fail_nth_for_testing(2);
  EXPECT_EQ(code_of(edit(request)), ErrorCode::kStoreFailed);
  EXPECT_EQ(must(library_->edits()).size(), 1U);
  EXPECT_EQ(people(), before);
  group();
  EXPECT_EQ(person_of(6), person_of(1));
  EXPECT_THAT(must(library_->integrity_check({})), IsEmpty());
}

TEST_F(PeopleRunTest, AStopChangesNothing) {
  group();
  const auto before = people();
  add_picture(8, {kBob});
  must(writer_->flush());
  std::stop_source stop;
  stop.request_stop();
  EXPECT_EQ(code_of(group_people(*library_, *writer_, options_, budget_, stop.get_token())),
            ErrorCode::kCancelled);
  EXPECT_EQ(people(), before);
}

TEST(EditRowsTest, RowsThatNoAlbumenWroteAreRefused) {
  EditRow row{.number = 3, .kind = "merge", .payload = R"({"left":1})"};
  row.faces = {{.key = {digest_of(1), 0}, .box = {}}, {.key = {digest_of(2), 0}, .box = {}}};
  const Edit edit = must(edit_from_row(row));
  EXPECT_EQ(edit.left.size(), 1U);
  EXPECT_EQ(edit.right.size(), 1U);
  EXPECT_EQ(edit_to_row(edit, row.faces).payload, row.payload);
  for (const char* payload : {"", "{", "[]", R"({"left":3})", R"({"left":"one"})"}) {
    row.payload = payload;
    EXPECT_EQ(code_of(edit_from_row(row)), ErrorCode::kStoreFailed) << payload;
  }
  row.payload = R"({"left":1})";
  row.kind = "forget";
  EXPECT_EQ(code_of(edit_from_row(row)), ErrorCode::kStoreFailed);
}

}  // namespace
}  // namespace albumen
