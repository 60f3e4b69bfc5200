// SPDX-License-Identifier: Apache-2.0
// People, their faces, and the edits of both, as a library keeps them.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "library/library.h"
#include "library/testing/library_test_support.h"

namespace albumen {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

PersonRow person(std::string id, std::vector<FaceKey> faces) {
  std::ranges::sort(faces);
  return {
      .id = std::move(id), .name = "N", .spread = 0.25, .best_face = faces.at(0), .faces = faces};
}

TEST(LibraryPeopleTest, PeopleAreReplacedAndChangedWhole) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  submit_all(*library, {made_up_result(1), made_up_result(2)});
  auto* writer = must(library->writer());
  const FaceKey a{digest_of(1), 0};
  const FaceKey b{digest_of(1), 1};
  const FaceKey c{digest_of(2), 0};
  auto p1 = person("p1", {a, c});
  p1.made_from = digest_of(7);
  const auto p2 = person("p2", {b});
  must(
      writer->change_people({.faces_analyzer = kFacesId, .replace_all = true, .people = {p2, p1}}));
  EXPECT_THAT(must(library->people()), ElementsAre(p1, p2));
  EXPECT_EQ(rows_of(*library).at(0).faces->at(1).person, "p2");
  EXPECT_EQ(rows_of(*library).at(0).faces->at(1).person_name, "N");
  EXPECT_EQ(rows_of(*library).at(1).faces->at(1).person, "");

  // c moves; p1 shrinks.
  const auto smaller = person("p1", {a});
  const auto larger = person("p2", {b, c});
  must(writer->change_people({.faces_analyzer = kFacesId, .people = {larger, smaller}}));
  EXPECT_THAT(must(library->people()), ElementsAre(smaller, larger));

  must(writer->change_people({.faces_analyzer = kFacesId, .removed = {"p1"}}));
  EXPECT_THAT(must(library->people()), ElementsAre(larger));

  // A face that does not exist changes nothing.
  const auto wrong = person("p3", {{digest_of(1), 9}});
  EXPECT_EQ(code_of(writer->change_people(
                {.faces_analyzer = kFacesId, .replace_all = true, .people = {wrong}})),
            ErrorCode::kNotFound);
  EXPECT_THAT(must(library->people()), ElementsAre(larger));
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
}

TEST(LibraryPeopleTest, PicturesThatAnotherAnalyzerLeftBehindAreCounted) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  // Nobody was on the fourth.
  submit_all(*library,
             {made_up_result(1), made_up_result(2), made_up_result(3), made_up_result(4, 0)});
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 0U);
  AnalyzerId other = kFacesId;
  other.version = "2";
  must(must(library->writer())->begin_run({.command = "index", .analyzers = {other}}));
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 3U);
  EXPECT_EQ(must(library->left_behind(kHashesId.name)), 0U);
  PictureResult seen_otherwise = made_up_result(1);
  seen_otherwise.findings = {{other, Faces{}}};
  submit_all(*library, {seen_otherwise});
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 2U);
  Budget budget{kMiB * 32};
  auto known = must(library->load_known_files({}, budget));
  EXPECT_TRUE(known.see(made_up_result(1).file.path, ""));
  EXPECT_TRUE(known.see(made_up_result(2).file.path, ""));
  must(must(library->writer())->finish_scan(known, {.roots = {"/photos"}}));
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 1U) << "the third is missing";
  PictureResult failed = made_up_result(2);
  failed.findings.clear();
  failed.failures = {{.stage = other.name, .analyzer = other, .code = ErrorCode::kModelFailed}};
  submit_all(*library, {failed});
  EXPECT_EQ(must(library->left_behind(kFacesId.name)), 0U) << "another run would not help";
}

TEST(LibraryPeopleTest, FacesAreLocatedByTheirAnalyzerAlsoWhereTheirPictureIsMissing) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  EXPECT_THAT(must(library->analyzers_of_people()), IsEmpty());
  const PictureResult sent = made_up_result(1);
  AnalyzerId other = kFacesId;
  other.version = "2";
  PictureResult seen_otherwise = made_up_result(1, 0);
  seen_otherwise.findings = {{other, std::get<Faces>(made_up_result(9).findings.at(2).second)}};
  submit_all(*library, {sent, seen_otherwise, made_up_result(2)});
  auto* writer = must(library->writer());
  const FaceKey first{digest_of(1), 0};
  const FaceKey second{digest_of(1), 1};
  must(writer->change_people({.faces_analyzer = kFacesId, .people = {person("p", {first})}}));
  EXPECT_THAT(must(library->analyzers_of_people()), ElementsAre(kFacesId));
  Budget budget{kMiB * 32};
  auto known = must(library->load_known_files({}, budget));
  EXPECT_TRUE(known.see(made_up_result(2).file.path, ""));
  must(writer->finish_scan(known, {.roots = {"/photos"}}));

  const auto& faces = std::get<Faces>(sent.findings.at(2).second).faces;
  const std::vector<FaceKey> wanted{second, {digest_of(1), 2}, {digest_of(7), 0}, first};
  EXPECT_THAT(must(library->locate(kFacesId, wanted)),
              ElementsAre(EditedFace{.key = second, .box = faces.at(1).where.box},
                          EditedFace{.key = first, .box = faces.at(0).where.box}));
  EXPECT_NE(must(library->locate(other, wanted)), must(library->locate(kFacesId, wanted)));
  other.version = "3";
  EXPECT_THAT(must(library->locate(other, wanted)), IsEmpty());
}

TEST(LibraryPeopleTest, PeopleLoseTheFacesThatArePruned) {
  const TemporaryDirectory folder;
  const auto library = open_for_test(folder / "library.db");
  begin_test_run(*library);
  submit_all(*library, {made_up_result(1), made_up_result(2)});
  auto* writer = must(library->writer());
  const FaceKey gone{digest_of(2), 0};
  const FaceKey kept{digest_of(1), 0};
  auto both = person("both", {gone, kept});
  both.best_face = gone;
  must(writer->change_people(
      {.faces_analyzer = kFacesId, .people = {both, person("only", {{digest_of(2), 1}})}}));
  Budget budget{kMiB * 32};
  auto known = must(library->load_known_files({}, budget));
  EXPECT_TRUE(known.see(made_up_result(1).file.path, ""));
  must(writer->finish_scan(known, {.roots = {"/photos"}}));
  must(writer->prune());
  // Takes the row number of the picture that is gone.
  submit_all(*library, {made_up_result(3)});
  const auto people = must(library->people());
  ASSERT_EQ(people.size(), 1);
  EXPECT_THAT(people.front().faces, ElementsAre(kept));
  EXPECT_FALSE(people.front().best_face);
  EXPECT_THAT(must(library->integrity_check({})), IsEmpty());
}

TEST(LibraryPeopleTest, TheWayOfTheLastGroupingIsRemembered) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  const GroupingRow first{.method = "linkage",
                          .same_distance = 0.0625,
                          .eps = 0.25,
                          .min_samples = 2,
                          .least_faces = 3};
  GroupingRow second = first;
  second.method = "dbscan";
  second.same_distance.reset();
  {
    const auto library = open_for_test(path);
    auto* writer = must(library->writer());
    EXPECT_FALSE(must(library->grouping()).has_value());
    must(writer->change_people({.faces_analyzer = kFacesId, .grouping = first}));
    EXPECT_EQ(must(library->grouping()), first);
    must(writer->change_people({.faces_analyzer = kFacesId, .grouping = second}));
    must(writer->change_people({.faces_analyzer = kFacesId}));
  }
  EXPECT_EQ(must(must(Library::open(path, {}))->grouping()), second);
}

TEST(LibraryPeopleTest, EditsAreAppendedAndNeverChanged) {
  const TemporaryDirectory folder;
  const std::string path = folder / "library.db";
  EditRow name{.at_ms = 5, .kind = "name", .payload = R"({"person":"p1","name":"Zoë"})"};
  EditRow split{.at_ms = 6,
                .kind = "split",
                .faces = {{{digest_of(3), 2}, {1, 2, 3, 4}}, {{digest_of(1), 0}, {5, 6, 7, 8}}}};
  {
    const auto library = open_for_test(path);
    EXPECT_EQ(must(must(library->writer())->append_edit(name)), 1);
    EXPECT_EQ(must(must(library->writer())->append_edit(split)), 2);
    name.number = 1;
    split.number = 2;
    EXPECT_THAT(must(library->edits()), ElementsAre(name, split));
  }
  auto connection = must(store::Connection::open(path, store::Access::kReadWrite));
  for (const char* change : {"DELETE FROM edits", "UPDATE edits SET kind = ''",
                             "DELETE FROM edit_faces", "UPDATE edit_faces SET x = 9"}) {
    EXPECT_THAT(message_of(connection->execute(change)), HasSubstr("append-only")) << change;
  }
}

}  // namespace
}  // namespace albumen
