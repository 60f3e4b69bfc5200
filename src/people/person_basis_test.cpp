// SPDX-License-Identifier: Apache-2.0
#include "people/person_basis.h"

#include <gtest/gtest.h>
#include <set>

#include "people/testing/synthetic_library.h"

namespace albumen {
namespace {

FaceKey key(std::uint64_t picture) { return people::testing::synthetic_key(picture, 0); }

// Three faces, of which the first two are the person.
struct Known {
  std::vector<FaceKey> keys{key(1), key(2), key(3)};
  std::vector<float> vectors{1, 0, 0, 1, 0.6F, 0.8F};
  std::vector<FaceQuality> quality{{.score = 0.9F, .chip_pixels = 50}, {.score = 0.8F}, {}};
  std::vector<std::uint32_t> members{0, 1};
  Constraints constraints;
  std::string_view context = "faces 1";

  [[nodiscard]] Sha256Digest digest() const {
    return PersonBasis(context, constraints)
        .of({.keys = keys, .f32 = vectors, .f16 = {}, .dimension = 2}, quality, members);
  }
};

TEST(PersonBasisTest, IsTheSameForTheSame) { EXPECT_EQ(Known{}.digest(), Known{}.digest()); }

TEST(PersonBasisTest, WhatDecidesAboutAPersonChangesIt) {
  std::set<Sha256Digest> digests{Known{}.digest()};
  std::size_t variants = 1;
  const auto vary = [&](const auto& change) {
    Known known;
    change(known);
    digests.insert(known.digest());
    ++variants;
  };
  vary([](Known& known) { known.context = "faces 2"; });
  vary([](Known& known) { known.keys[1] = key(4); });
  vary([](Known& known) { known.keys[1].index = 1; });
  vary([](Known& known) { known.vectors[1] = 1e-3F; });
  vary([](Known& known) { known.quality[0].score = 0.5F; });
  vary([](Known& known) { known.quality[1].chip_pixels = 20; });
  vary([](Known& known) { known.members = {0}; });
  vary([](Known& known) { known.members = {0, 1, 2}; });
  vary([](Known& known) { known.constraints.must_link = {{key(1), key(2)}}; });
  vary([](Known& known) { known.constraints.must_link = {{key(1), key(9)}}; });
  vary([](Known& known) { known.constraints.cannot_link = {{{key(1)}, {key(9)}}}; });
  vary([](Known& known) { known.constraints.cannot_link = {{{key(9)}, {key(1), key(2)}}}; });
  EXPECT_EQ(digests.size(), variants);
}

TEST(PersonBasisTest, WhatIsAboutOthersDoesNot) {
  Known known;
  const Sha256Digest before = known.digest();
  known.vectors[5] = 0;
  known.quality[2].score = 1;
  known.constraints = {.must_link = {{key(3), key(4)}}, .cannot_link = {{{key(3)}, {key(5)}}}};
  EXPECT_EQ(known.digest(), before);
}

TEST(PersonBasisTest, TheTwoSidesOfARuleDiffer) {
  Known one;
  one.constraints.cannot_link = {{{key(1)}, {key(2)}}};
  Known other;
  other.constraints.cannot_link = {{{key(1), key(2)}, {key(9)}}};
  EXPECT_NE(one.digest(), other.digest());
}

}  // namespace
}  // namespace albumen
