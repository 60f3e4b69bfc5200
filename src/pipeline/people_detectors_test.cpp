// SPDX-License-Identifier: Apache-2.0
// What people said stays with the faces that they meant, whatever detector numbers these today.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/people_run.h"
#include "pipeline/testing/people_run_fixture.h"

namespace albumen {
namespace {

using ::testing::HasSubstr;
using testing::Who;
using enum testing::Who;

class PeopleDetectorsTest : public testing::PeopleRunFixture {
 protected:
  static AnalyzerId newer() {
    AnalyzerId id = kFacesId;
    id.model_digest = "def";
    return id;
  }

  // An index run begins, and its analyzer of faces is the current one from now on.
  void begin_run_with(const AnalyzerId& faces) {
    must(writer_->begin_run({.command = "index /photos",
                             .program_version = "0.1.0",
                             .started_ms = 2000,
                             .analyzers = {kHashesId, kQualityId, faces}}));
  }

  // On every picture it finds Dora first, whom nobody saw before, which moves the others by one.
  void look_with_newer(const std::vector<std::uint64_t>& pictures) {
    const std::vector<std::vector<Who>> faces{{kAda},       {kAda},       {kAda, kBob},
                                              {kAda, kBob}, {kBob, kAda}, {kCleo}};
    for (const std::uint64_t seed : pictures) {
      PictureResult result = made_up_result(seed, 0);
      Faces found;
      found.faces.push_back(face_of(kDora, seed, 9));
      for (std::size_t index = 0; index < faces[seed - 1].size(); ++index) {
        found.faces.push_back(face_of(faces[seed - 1][index], seed, index));
      }
      result.findings = {{newer(), found}};
      must(writer_->submit(result));
    }
    must(writer_->flush());
  }

  // A scan finds the files of these pictures and no others.
  void scan(const std::vector<std::uint64_t>& pictures) {
    KnownFiles known = must(library_->load_known_files({}, budget_));
    for (const std::uint64_t seed : pictures) {
      EXPECT_TRUE(known.see(made_up_result(seed).file.path, ""));
    }
    must(writer_->finish_scan(known, {.roots = {"/photos"}, .kept = {}}));
  }
};

TEST_F(PeopleDetectorsTest, NamesFollowTheFacesToANewDetector) {
  group();
  must(edit({.kind = EditKind::kName, .left = {face(5, 0)}, .name = "Bob"}));
  must(edit({.kind = EditKind::kSplit, .left = {face(1)}}));
  begin_run_with(newer());
  look_with_newer({1, 2, 3, 4, 5, 6});
  group();
  EXPECT_EQ(name_of_person(person_of(5, 1)), "Bob");
  EXPECT_EQ(person_of(3, 2), person_of(5, 1));
  EXPECT_NE(person_of(1, 1), person_of(2, 1)) << "split off, and stays so";
}

// Ids went by index, to whoever had Ada's indices now.
TEST_F(PeopleDetectorsTest, IdsFollowTheFacesToANewDetector) {
  group();
  const std::string ada = person_of(1);
  const std::string bob = person_of(5, 0);
  const std::string cleo = person_of(6);
  begin_run_with(newer());
  look_with_newer({1, 2, 3, 4, 5, 6});
  group();
  EXPECT_EQ(person_of(1, 1), ada);
  EXPECT_EQ(person_of(5, 2), ada);
  EXPECT_EQ(person_of(5, 1), bob);
  EXPECT_EQ(person_of(6, 1), cleo);
  const std::string dora = person_of(1, 0);
  EXPECT_TRUE(dora != ada && dora != bob && dora != cleo);
}

// Faces of edits from before and after a change of detector were looked for together, by keys that
// meant different faces: the later edit was lost, or the earlier one became a stranger's.
TEST_F(PeopleDetectorsTest, EditsOfTwoDetectorsHoldSideBySide) {
  group();
  must(edit({.kind = EditKind::kName, .left = {face(1)}, .name = "Ada"}));
  must(edit({.kind = EditKind::kKeepApart, .left = {face(3)}, .right = {face(4)}}));
  begin_run_with(newer());
  look_with_newer({1, 2, 3, 4, 5, 6});
  group();
  must(edit({.kind = EditKind::kKeepApart, .left = {face(1, 1)}, .right = {face(2, 1)}}));
  must(edit({.kind = EditKind::kName, .left = {face(1, 0)}, .name = "Dora"}));
  must(edit({.kind = EditKind::kMerge, .left = {face(3, 0)}, .right = {face(6, 1)}}));
  EXPECT_EQ(name_of_person(person_of(1, 1)), "Ada");
  EXPECT_EQ(name_of_person(person_of(1, 0)), "Dora");
  EXPECT_NE(person_of(1, 1), person_of(2, 1));
  EXPECT_NE(person_of(3, 1), person_of(4, 1));
  EXPECT_EQ(person_of(3, 0), person_of(6, 1));
}

// A run that was interrupted after it had begun to look with another detector: an edit took the
// old indices for the new ones, and wrote down the boxes of strangers, or none.
TEST_F(PeopleDetectorsTest, BetweenTwoDetectorsNothingIsWrittenDown) {
  group();
  const auto before = people();
  must(edit({.kind = EditKind::kName, .left = {face(6)}, .name = "Cleo"}));
  const auto named = people();
  begin_run_with(newer());
  const std::vector<EditRequest> requests{
      {.kind = EditKind::kName, .left = {person_of(5, 0)}, .name = "Bob"},
      {.kind = EditKind::kName, .left = {face(5, 0)}, .name = "Bob"},
      {.kind = EditKind::kMerge, .left = {person_of(1)}, .right = {person_of(5, 0)}},
      {.kind = EditKind::kSplit, .left = {face(1)}},
      {.kind = EditKind::kUndo, .undone = 1}};
  const auto expect_refusals = [&] {
    for (const EditRequest& request : requests) {
      const auto refused = edit(request);
      EXPECT_EQ(code_of(refused), ErrorCode::kUnavailable) << name_of(request.kind);
      EXPECT_THAT(message_of(refused), HasSubstr("did not end"));
    }
    EXPECT_EQ(must(library_->edits()).size(), 1U);
    EXPECT_EQ(people(), named);
  };
  expect_refusals();
  look_with_newer({1, 5});
  expect_refusals();
  // As before: what was there is there.
  begin_run_with(kFacesId);
  must(edit({.kind = EditKind::kUndo, .undone = 1}));
  EXPECT_EQ(people(), before);
  // To its end.
  begin_run_with(newer());
  look_with_newer({2, 3, 4, 6});
  group();
  must(edit({.kind = EditKind::kName, .left = {face(5, 1)}, .name = "Bob"}));
  EXPECT_EQ(name_of_person(person_of(3, 2)), "Bob");
}

// Nobody had a picture between two detectors: show listed none, and an export would take all
// folders for those of people who are gone.
TEST_F(PeopleDetectorsTest, BetweenTwoDetectorsPeopleHaveNoPicturesAndThatIsSaid) {
  EXPECT_TRUE(check_people_settled(*library_).has_value()) << "nobody is there yet";
  group();
  EXPECT_TRUE(check_people_settled(*library_).has_value());
  begin_run_with(newer());
  look_with_newer({1, 5});
  EXPECT_EQ(code_of(check_people_settled(*library_)), ErrorCode::kUnavailable);
  look_with_newer({2, 3, 4, 6});
  EXPECT_EQ(code_of(check_people_settled(*library_)), ErrorCode::kUnavailable);
  group();
  EXPECT_TRUE(check_people_settled(*library_).has_value());
}

// A run without faces marked a file as missing and grouped nobody: the edit of a person of that
// file was written down without a place, and never counted again.
TEST_F(PeopleDetectorsTest, AFaceWhoseFileIsAwayKeepsItsPlaceInAnEdit) {
  group();
  const std::string cleo = person_of(6);
  scan({1, 2, 3, 4, 5});
  must(edit({.kind = EditKind::kName, .left = {cleo}, .name = "Cleo"}));
  EXPECT_EQ(person_of(6), "");
  scan({1, 2, 3, 4, 5, 6});
  group();
  EXPECT_EQ(name_of_person(person_of(6)), "Cleo");
  begin_run_with(newer());
  look_with_newer({1, 2, 3, 4, 5, 6});
  group();
  EXPECT_EQ(name_of_person(person_of(6, 1)), "Cleo");
}

// The picture was looked at again since, with fewer faces.
TEST_F(PeopleDetectorsTest, AFaceThatIsNotFoundAnyMoreIsNotWrittenDown) {
  group();
  const std::string bob = person_of(5, 0);
  add_picture(4, {kAda});
  must(writer_->flush());
  must(edit({.kind = EditKind::kName, .left = {bob}, .name = "Bob"}));
  const auto edits = must(library_->edits());
  ASSERT_EQ(edits.size(), 1U);
  EXPECT_EQ(edits.front().faces.size(), 2U);
  for (const EditedFace& face : edits.front().faces) {
    EXPECT_GT(face.box.area(), 0);
  }
  EXPECT_EQ(name_of_person(bob), "Bob");
}

}  // namespace
}  // namespace albumen
