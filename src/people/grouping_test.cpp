// SPDX-License-Identifier: Apache-2.0
#include "people/grouping.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <limits>
#include <map>
#include <numeric>
#include <random>
#include <string>

#include "people/testing/naive_linkage.h"
#include "people/testing/synthetic_library.h"

namespace albumen::people {
namespace {

using testing::make_library;
using testing::SyntheticLibrary;

// Faces picked out of a library, as a set of their own.
struct Picked {
  std::vector<FaceKey> keys;
  std::vector<float> vectors;
  std::size_t dimension;

  Picked(const SyntheticLibrary& library, const std::vector<std::size_t>& faces)
      : dimension(library.dimension) {
    for (const std::size_t face : faces) {
      keys.push_back(library.keys[face]);
      const auto row = library.vectors.begin() + static_cast<std::ptrdiff_t>(face * dimension);
      vectors.insert(vectors.end(), row, row + static_cast<std::ptrdiff_t>(dimension));
    }
  }

  [[nodiscard]] FaceSet faces() const {
    return {.keys = keys, .f32 = vectors, .f16 = {}, .dimension = dimension};
  }
};

// A library that changes step by step, beside a grouping that follows.
class Story {
 public:
  Story(SyntheticLibrary library, std::uint64_t seed, double threshold)
      : library_(std::move(library)),
        random_(seed),
        options_{.same_threshold = threshold},
        grouping_(Grouping::create(library_.dimension, options_, &budget_).value()),
        present_(library_.keys.size()) {}

  void step() {
    GroupingUpdate update;
    std::vector<FaceKey> removed;
    std::vector<std::size_t> added;
    const std::uint64_t kind = random_() % 4;
    const std::uint64_t count = random_() % 5 == 0 ? 40 : 1 + random_() % 3;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::size_t face = random_() % present_.size();
      if (kind != 1 && !present_[face]) {
        added.push_back(face);
        present_[face] = true;
      } else if (kind == 1 && present_[face]) {
        removed.push_back(library_.keys[face]);
        present_[face] = false;
      }
    }
    if (kind == 3) {
      edit();
      update.constraints = constraints_;
    }
    const Picked more(library_, added);
    update.added = more.faces();
    update.removed = removed;
    const auto done = grouping_.update(update, {.budget = &budget_, .threads = 1});
    ASSERT_TRUE(done.has_value()) << to_string(done.error());
  }

  // What happens between two processes: of a random part of the people no more is known than who
  // they are, of the others nothing.
  void restart() {
    const GroupedFaces before = grouping_.people().value();
    const std::uint64_t kept_percent = random_() % 101;
    std::vector<std::uint32_t> labels(before.partition.people, kNobody);
    Partition known;
    for (std::uint32_t& label : labels) {
      label = random_() % 100 < kept_percent ? known.people++ : kNobody;
    }
    std::vector<std::size_t> order(before.keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::shuffle(order, random_);
    const std::vector<std::size_t> faces = present();
    std::vector<std::size_t> shuffled;
    for (const std::size_t place : order) {
      shuffled.push_back(faces[place]);
      known.person_of_face.push_back(labels[before.partition.person_of_face[place]]);
    }
    const Picked all(library_, shuffled);
    auto restored = Grouping::restore(all.faces(), known, constraints_, options_,
                                      {.budget = &budget_, .threads = 1});
    ASSERT_TRUE(restored.has_value()) << to_string(restored.error());
    grouping_ = *std::move(restored);
  }

  void expect_as_a_full_run() {
    const std::vector<std::size_t> faces = present();
    const Picked all(library_, faces);
    const auto full = group(all.faces(), constraints_, options_, {.budget = &budget_});
    const auto followed = grouping_.people();
    ASSERT_TRUE(full.has_value());
    ASSERT_TRUE(followed.has_value());
    ASSERT_EQ(followed->keys, all.keys);
    ASSERT_EQ(followed->partition, *full);
  }

 private:
  // In the order of the keys.
  std::vector<std::size_t> present() const {
    std::vector<std::size_t> faces;
    for (std::size_t face = 0; face < present_.size(); ++face) {
      if (present_[face]) {
        faces.push_back(face);
      }
    }
    std::ranges::sort(faces, {}, [this](std::size_t face) { return library_.keys[face]; });
    return faces;
  }

  FaceKey any() { return library_.keys[random_() % library_.keys.size()]; }

  // A new decision, or an old one taken back. Faces that are not there take part, too.
  void edit() {
    switch (random_() % 4) {
      case 0:
        constraints_.must_link.push_back({any(), any(), any()});
        break;
      case 1:
        constraints_.cannot_link.push_back({.left = {any(), any()}, .right = {any()}});
        break;
      case 2:
        take_back(constraints_.must_link);
        break;
      default:
        take_back(constraints_.cannot_link);
        break;
    }
  }

  template <class Decision>
  void take_back(std::vector<Decision>& decisions) {
    if (!decisions.empty()) {
      decisions.erase(decisions.begin() +
                      static_cast<std::ptrdiff_t>(random_() % decisions.size()));
    }
  }

  SyntheticLibrary library_;
  std::mt19937_64 random_;
  GroupingOptions options_;
  Budget budget_{kMiB * 512};
  Grouping grouping_;
  std::vector<bool> present_;
  Constraints constraints_;
};

struct Plot {
  std::uint64_t seed = 1;
  double threshold = 0.1;
  int steps = 60;
  int steps_between_restarts = 0;  // 0: never
};

void tell(SyntheticLibrary library, const Plot& plot) {
  SCOPED_TRACE(::testing::Message() << "seed " << plot.seed << " threshold " << plot.threshold);
  Story story(std::move(library), plot.seed, plot.threshold);
  for (int i = 1; i <= plot.steps; ++i) {
    SCOPED_TRACE(::testing::Message() << "step " << i);
    if (plot.steps_between_restarts > 0 && i % plot.steps_between_restarts == 0) {
      story.restart();
    } else {
      story.step();
    }
    if (::testing::Test::HasFatalFailure()) {
      return;
    }
    story.expect_as_a_full_run();
    if (::testing::Test::HasFatalFailure()) {
      return;
    }
  }
}

TEST(GroupingTest, AnyOrderOfChangesGivesTheFullRun) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for (const double threshold : {0.065, 0.14}) {
      tell(make_library({.faces = 160, .seed = seed, .dimension = 20}),
           {.seed = seed, .threshold = threshold});
    }
  }
}

TEST(GroupingTest, RestoredPeopleGoOnAsIfNothingWereForgotten) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    for (const double threshold : {0.065, 0.14}) {
      tell(make_library({.faces = 160, .seed = seed, .dimension = 20}),
           {.seed = seed, .threshold = threshold, .steps = 90, .steps_between_restarts = 3});
    }
    tell(testing::make_ties({.faces = 80, .seed = seed}),
         {.seed = seed, .steps = 90, .steps_between_restarts = 2});
  }
}

TEST(GroupingTest, AnyOrderOfChangesGivesTheFullRunWithTies) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    tell(testing::make_ties({.faces = 80, .seed = seed}), {.seed = seed});
  }
}

TEST(GroupingTest, LongHistoriesAreCompacted) {
  tell(make_library({.faces = 500, .seed = 3, .dimension = 16}), {.seed = 3, .steps = 400});
}

TEST(GroupingTest, OrderOfFacesDoesNotMatter) {
  const SyntheticLibrary library = make_library({.faces = 800, .seed = 2, .dimension = 32});
  std::vector<std::size_t> order(library.keys.size());
  std::mt19937_64 random(9);
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  Budget budget(kMiB * 256);
  const auto plain = group(library.faces(), {}, {}, {.budget = &budget}).value();
  std::ranges::shuffle(order, random);
  const Picked mixed(library, order);
  const auto shuffled = group(mixed.faces(), {}, {}, {.budget = &budget}).value();
  for (std::size_t i = 0; i < order.size(); ++i) {
    ASSERT_EQ(shuffled.person_of_face[i], plain.person_of_face[order[i]]);
  }
}

TEST(GroupingTest, ThresholdFallsWithTheLibrary) {
  EXPECT_EQ(threshold_for(0), kSameDistance);
  EXPECT_EQ(threshold_for(5'000, 0.1), 0.1);
  double last = 1;
  for (const std::size_t faces : {5'000U, 5'001U, 30'001U, 120'001U, 500'001U, 10'000'000U}) {
    EXPECT_LE(threshold_for(faces), last);
    last = threshold_for(faces);
  }
}

TEST(GroupingTest, FacesOfOnePictureStayApart) {
  const std::vector<float> vectors{1, 0, 1, 0, 1, 0};
  const std::vector<FaceKey> keys{testing::synthetic_key(1, 0), testing::synthetic_key(1, 1),
                                  testing::synthetic_key(2, 0)};
  const FaceSet faces{.keys = keys, .f32 = vectors, .f16 = {}, .dimension = 2};
  Budget budget(kMiB * 64);
  EXPECT_EQ(group(faces, {}, {}, {.budget = &budget})->people, 2U);
  // A person's word wins over the rule; the third face then joins them.
  const Constraints told{.must_link = {{keys[0], keys[1]}}, .cannot_link = {}};
  EXPECT_EQ(group(faces, told, {}, {.budget = &budget})->people, 1U);
}

TEST(GroupingTest, HalvesAreAccepted) {
  const std::vector<std::uint16_t> halves{0x3C00, 0, 0x3BFF, 0x1000};  // 1, 0; 0.9995, 0.0005
  const std::vector<FaceKey> keys{testing::synthetic_key(1, 0), testing::synthetic_key(2, 0)};
  Budget budget(kMiB * 64);
  const auto result =
      group({.keys = keys, .f32 = {}, .f16 = halves, .dimension = 2}, {}, {}, {.budget = &budget});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->people, 1U);
}

TEST(GroupingTest, NothingGivesNobody) {
  Budget budget(kMiB * 64);
  const auto result =
      group({.keys = {}, .f32 = {}, .f16 = {}, .dimension = 128}, {}, {}, {.budget = &budget});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->people, 0U);
}

ErrorCode error_of(const FaceSet& faces, const GroupingOptions& options = {}) {
  Budget budget(kMiB * 64);
  const auto result = group(faces, {}, options, {.budget = &budget});
  return result.has_value() ? ErrorCode::kInternal : result.error().code;
}

TEST(GroupingTest, RefusesNonsense) {
  const std::vector<FaceKey> keys{testing::synthetic_key(1, 0), testing::synthetic_key(2, 0)};
  const std::vector<FaceKey> twice{keys[0], keys[0]};
  const std::vector<float> good{1, 0, 0, 1};
  const std::vector<float> long_one{1, 0, 2, 1};
  const std::vector<float> bad{1, 0, std::numeric_limits<float>::quiet_NaN(), 1};
  const std::vector<float> zero{1, 0, 0, 0};
  const auto set = [&](const std::vector<float>& vectors, std::size_t dimension) {
    return FaceSet{.keys = keys, .f32 = vectors, .f16 = {}, .dimension = dimension};
  };
  constexpr ErrorCode kBad = ErrorCode::kInvalidArgument;
  EXPECT_EQ(error_of(set(good, 0)), kBad);
  EXPECT_EQ(error_of(set(good, 3)), kBad);
  EXPECT_EQ(error_of(set(good, 5000)), kBad);
  EXPECT_EQ(error_of(set(long_one, 2)), kBad);
  EXPECT_EQ(error_of(set(bad, 2)), kBad);
  EXPECT_EQ(error_of(set(zero, 2)), kBad);
  EXPECT_EQ(error_of({.keys = twice, .f32 = good, .f16 = {}, .dimension = 2}), kBad);
  EXPECT_EQ(error_of(set(good, 2), {.same_threshold = 0}), kBad);
  EXPECT_EQ(error_of(set(good, 2), {.same_threshold = 0.6}), kBad);
  EXPECT_EQ(error_of(set(good, 2), {.same_threshold = std::nan("")}), kBad);
}

TEST(GroupingTest, EveryFailingReservationIsReported) {
  const SyntheticLibrary library = make_library({.faces = 300, .seed = 5, .dimension = 16});
  std::uint64_t failures = 0;
  for (std::uint64_t nth = 1; nth < 100; ++nth) {
    Budget budget(kMiB * 64);
    {
      Grouping grouping = Grouping::create(library.dimension, {}, &budget).value();
      GroupingUpdate update;
      update.added = library.faces();
      budget.fail_nth_for_testing(nth);
      const auto result = grouping.update(update, {.budget = &budget});
      if (result.has_value()) {
        break;
      }
      EXPECT_EQ(result.error().code, ErrorCode::kBudgetExceeded);
      ++failures;
    }
    EXPECT_EQ(budget.used(), Bytes{});
  }
  EXPECT_GE(failures, 4U);
}

TEST(GroupingTest, WhereOneReservationFailsTheSlowWayGivesTheSamePeople) {
  const SyntheticLibrary library = make_library({.faces = 300, .seed = 5, .dimension = 16});
  Budget enough(kMiB * 64);
  const auto expected = group(library.faces(), {}, {}, {.budget = &enough});
  ASSERT_TRUE(expected.has_value());
  for (std::uint64_t nth = 1; nth < 20; ++nth) {
    Budget budget(kMiB * 64);
    budget.fail_nth_for_testing(nth);
    const auto result = group(library.faces(), {}, {}, {.budget = &budget});
    ASSERT_TRUE(result.has_value()) << nth << to_string(result.error());
    EXPECT_EQ(*result, *expected) << nth;
    EXPECT_EQ(budget.used(), Bytes{});
  }
}

TEST(GroupingTest, ABudgetTooSmallForTheFacesIsRefused) {
  const SyntheticLibrary library = make_library({.faces = 300, .seed = 5, .dimension = 16});
  Budget budget(kMiB / 64);
  const auto result = group(library.faces(), {}, {}, {.budget = &budget});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kBudgetExceeded);
  EXPECT_EQ(budget.used(), Bytes{});
}

TEST(GroupingTest, AfterAFailureTheObjectRefuses) {
  Budget budget(kMiB * 64);
  Grouping grouping = Grouping::create(16, {}, &budget).value();
  const std::vector<FaceKey> unknown{testing::synthetic_key(1, 0)};
  GroupingUpdate update;
  update.removed = unknown;
  EXPECT_EQ(grouping.update(update, {.budget = &budget}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(grouping.update({}, {.budget = &budget}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(grouping.people().error().code, ErrorCode::kUnavailable);
}

ErrorCode error_of_restoring(const std::vector<float>& vectors, const Partition& known) {
  const std::vector<FaceKey> keys{testing::synthetic_key(1, 0), testing::synthetic_key(2, 0),
                                  testing::synthetic_key(3, 0)};
  const FaceSet faces{.keys = keys, .f32 = vectors, .f16 = {}, .dimension = 2};
  Budget budget(kMiB * 64);
  const auto restored = Grouping::restore(faces, known, {}, {}, {.budget = &budget});
  return restored.has_value() ? ErrorCode::kInternal : restored.error().code;
}

TEST(GroupingTest, RestoringRefusesLabelsThatDoNotFit) {
  const std::vector<float> vectors{1, 0, 1, 0, 1, 0};
  EXPECT_EQ(error_of_restoring(vectors, {.person_of_face = {0, 0}, .people = 1}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(error_of_restoring(vectors, {.person_of_face = {0, 0, 1}, .people = 1}),
            ErrorCode::kInvalidArgument);
}

TEST(GroupingTest, PeopleThatAreNoneAreFoundOutWhenTheyMatter) {
  const std::vector<float> first_two_are_strangers{1, 0, 0, 1, 1, 0};
  EXPECT_EQ(
      error_of_restoring(first_two_are_strangers, {.person_of_face = {0, 0, kNobody}, .people = 1}),
      ErrorCode::kInvalidArgument);
}

TEST(GroupingTest, StopsWhenAsked) {
  const SyntheticLibrary library = make_library({.faces = 100, .seed = 5, .dimension = 16});
  std::stop_source source;
  source.request_stop();
  Budget budget(kMiB * 64);
  const auto result =
      group(library.faces(), {}, {}, {.budget = &budget, .threads = 1, .stop = source.get_token()});
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace albumen::people
