// SPDX-License-Identifier: Apache-2.0
// For tests of people through a library, as a user's commands do it: three people on six pictures,
// with made-up vectors.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "library/testing/library_test_support.h"
#include "pipeline/people_run.h"

namespace albumen::testing {

// The people of these tests; Dora only where a test brings her in.
enum Who : std::uint8_t { kAda, kBob, kCleo, kDora };

class PeopleRunFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    open();
    begin_test_run(*library_);
    add_pictures();
  }

  void open() {
    library_.reset();
    library_ = open_for_test(folder_ / "library.db");
    writer_ = must(library_->writer());
  }

  // Ada on pictures 1 to 5, Bob beside her on 3 to 5, Cleo on 6 alone.
  void add_pictures() {
    add_picture(1, {kAda});
    add_picture(2, {kAda});
    add_picture(3, {kAda, kBob});
    add_picture(4, {kAda, kBob});
    add_picture(5, {kBob, kAda});
    add_picture(6, {kCleo});
  }

  // Faces of one person are about 0.01 apart, those of two about 1.
  static Face face_of(Who who, std::uint64_t picture, std::size_t index) {
    constexpr std::size_t kDimensions = 16;
    std::mt19937_64 random{picture * 10 + who};
    std::normal_distribution<float> noise{0, 0.03F};
    Face face = made_up_face(random, kDimensions);
    face.where.box = {.x = 100.0F * static_cast<float>(index), .y = 10, .width = 60, .height = 60};
    float square = 0;
    for (std::size_t axis = 0; axis < kDimensions; ++axis) {
      face.vector[axis] = (axis == who ? 1.0F : 0.0F) + noise(random);
      square += face.vector[axis] * face.vector[axis];
    }
    for (float& value : face.vector) {
      value /= std::sqrt(square);
    }
    return face;
  }

  void add_picture(std::uint64_t seed, const std::vector<Who>& faces,
                   const AnalyzerId& analyzer = kFacesId) {
    PictureResult result = made_up_result(seed, 0);
    Faces found;
    for (std::size_t index = 0; index < faces.size(); ++index) {
      found.faces.push_back(face_of(faces[index], seed, index));
    }
    result.findings = {{analyzer, found}};
    must(writer_->submit(result));
  }

  PeopleSummary group() {
    must(writer_->flush());
    return must(group_people(*library_, *writer_, options_, budget_, {}));
  }

  Result<std::int64_t> edit(const EditRequest& request) {
    return TRY(apply_edit(*library_, *writer_, request, options_, budget_, {})).number;
  }

  std::vector<PersonRow> people() { return must(library_->people()); }

  // The id of the person whose face this is; empty for nobody's.
  std::string person_of(std::uint64_t picture, std::uint32_t index = 0) {
    const FaceKey key{.picture = digest_of(picture), .index = index};
    for (const PersonRow& person : people()) {
      if (std::ranges::binary_search(person.faces, key)) {
        return person.id;
      }
    }
    return "";
  }

  std::string name_of_person(const std::string& id) { return must(find_person(people(), id)).name; }

  // "1234abcd#0", as a contact sheet prints it.
  static std::string face(std::uint64_t picture, std::uint32_t index = 0) {
    return to_string(digest_of(picture)).substr(0, 8) + "#" + std::to_string(index);
  }

  TemporaryDirectory folder_;
  std::unique_ptr<Library> library_;
  LibraryWriter* writer_ = nullptr;
  Budget budget_{kMiB * 64};
  PeopleOptions options_;
};

}  // namespace albumen::testing
