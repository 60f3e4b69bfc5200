// SPDX-License-Identifier: Apache-2.0
// What people said stays with the faces that they meant, whatever detector numbers these today.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pipeline/people_run.h"
#include "pipeline/testing/people_run_fixture.h"

namespace albumen {
namespace {

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

  // On every picture it finds a face first that nobody saw before, which moves the others by one.
  void look_with_newer(const std::vector<std::uint64_t>& pictures) {
    const std::vector<std::vector<Who>> faces{{kAda},       {kAda},       {kAda, kBob},
                                              {kAda, kBob}, {kBob, kAda}, {kCleo}};
    for (const std::uint64_t seed : pictures) {
      PictureResult result = made_up_result(seed, 0);
      Faces found;
      found.faces.push_back(face_of(kCleo, 100 + seed, 9));
      for (std::size_t index = 0; index < faces[seed - 1].size(); ++index) {
        found.faces.push_back(face_of(faces[seed - 1][index], seed, index));
      }
      result.findings = {{newer(), found}};
      must(writer_->submit(result));
    }
    must(writer_->flush());
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

}  // namespace
}  // namespace albumen
