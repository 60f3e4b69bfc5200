// SPDX-License-Identifier: Apache-2.0
// People of a library over its life: whatever was done since the last grouping, doing only what
// changed gives what working everything out gives.
#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "files/face_id.h"
#include "library/testing/library_test_support.h"
#include "pipeline/people_run.h"
#include "pipeline/testing/synthetic_pictures.h"

namespace albumen {
namespace {

using people::testing::make_library;

PeopleOptions options_of(double same_distance) {
  return {.same_distance = same_distance, .least_faces = 2, .threads = 2};
}

// A library on disk and what is done to it.
class Album {
 public:
  explicit Album(PeopleOptions options, AnalyzerId analyzer = kSyntheticFacesId)
      : options_(std::move(options)), library_(open_for_test(path())) {
    use(std::move(analyzer));
  }

  [[nodiscard]] std::string path() const { return folder_ / "library.db"; }

  // The analyzer whose findings count from now on.
  void use(AnalyzerId analyzer) {
    must(writer().begin_run({.command = "test",
                             .program_version = "1",
                             .started_ms = 0,
                             .analyzers = {std::move(analyzer)}}));
  }

  void add(const PictureResult& picture) { add_all({picture}); }

  void add_all(const std::vector<PictureResult>& pictures) {
    for (const PictureResult& picture : pictures) {
      must(writer().submit(picture));
    }
    must(writer().flush());
  }

  // Only these files are there.
  void scan(const std::vector<std::string>& paths) {
    KnownFiles known = must(library_->load_known_files({}, budget_));
    for (const std::string& file : paths) {
      known.see(file, "");
    }
    must(writer().finish_scan(known, {.roots = {"/photos"}, .kept = {}}));
  }

  void prune() { must(writer().prune()); }

  Result<EditOutcome> edit(const EditRequest& request) {
    return apply_edit(*library_, writer(), request, options_, budget_, {});
  }

  PeopleSummary group() { return must(group_people(*library_, writer(), options_, budget_, {})); }

  [[nodiscard]] std::vector<PersonRow> people() const { return must(library_->people()); }

  // Closes it for a script behind its back.
  void tamper_with(const std::string& script) {
    library_.reset();
    tamper(path(), script);
    library_ = open_for_test(path());
  }

  PeopleOptions& options() { return options_; }

 private:
  LibraryWriter& writer() { return *must(library_->writer()); }

  PeopleOptions options_;
  TemporaryDirectory folder_;
  Budget budget_{kMiB * 256};
  std::unique_ptr<Library> library_;
};

// One album that does only what changed beside one that always works everything out.
class Life {
 public:
  explicit Life(std::uint64_t seed)
      : random_(seed),
        pictures_(picture_results(make_library({.faces = 160, .seed = seed, .dimension = 20}))),
        is_there_(pictures_.size()) {
    afresh_.options().afresh = true;
  }

  void step() {
    switch (random_() % 10) {
      case 0:
      case 1:
        visit_pictures(1 + random_() % 4);
        break;
      case 2:
        take_files_away();
        break;
      case 3:
        look_again();
        break;
      case 4:
        if (random_() % 3 == 0) {
          change_options();
        }
        break;
      case 5:
        if (random_() % 3 == 0) {
          change_detector();
        }
        break;
      default:
        edit();
        break;
    }
    if (random_() % 4 != 0) {  // sometimes a run ends before it groups
      const PeopleSummary summary = album_.group();
      const PeopleSummary expected = afresh_.group();
      EXPECT_EQ(summary.people, expected.people);
      EXPECT_EQ(summary.tentative, expected.tentative);
      EXPECT_EQ(summary.faces, expected.faces);
      ASSERT_EQ(album_.people(), afresh_.people());
    }
  }

 private:
  template <class Action>
  void both(const Action& action) {
    action(album_);
    action(afresh_);
  }

  void visit_pictures(std::uint64_t count) {
    for (; count > 0; --count) {
      const std::size_t picture = random_() % pictures_.size();
      is_there_[picture] = true;
      both([&](Album& album) { album.add(pictures_[picture]); });
    }
  }

  void take_files_away() {
    std::vector<std::string> paths;
    for (std::size_t picture = 0; picture < pictures_.size(); ++picture) {
      // Files that were away may be back, with what is known of them.
      is_there_[picture] = is_there_[picture] && random_() % 16 != 0;
      if (is_there_[picture] || random_() % 3 == 0) {
        paths.push_back(pictures_[picture].file.path);
      }
    }
    const bool prunes = random_() % 2 == 0;
    both([&](Album& album) {
      album.scan(paths);
      if (prunes) {
        album.prune();
      }
    });
  }

  // The same analyzer says something else of a picture: fewer faces, others, in another order.
  void look_again() {
    PictureResult& picture = pictures_[random_() % pictures_.size()];
    auto& faces = std::get<Faces>(picture.findings.front().second).faces;
    if (random_() % 3 == 0 && faces.size() > 1) {
      faces.pop_back();
    } else {
      const auto& other = pictures_[random_() % pictures_.size()].findings.front().second;
      if (random_() % 2 == 0) {
        faces.front().vector = std::get<Faces>(other).faces.front().vector;
      } else {
        faces.front().chip_pixels += 1;
      }
    }
    both([&](Album& album) { album.add(picture); });
  }

  void change_options() {
    const bool is_distance = random_() % 2 == 0;
    const double distance = random_() % 2 == 0 ? 0.065 : 0.11;
    const auto least = static_cast<std::uint32_t>(1 + random_() % 3);
    both([&](Album& album) {
      if (is_distance) {
        album.options().same_distance = distance;
      } else {
        album.options().least_faces = least;
      }
    });
  }

  // Another detector numbers the faces of every picture the other way round. Not every run with it
  // comes to its end.
  void change_detector() {
    AnalyzerId newer = kSyntheticFacesId;
    newer.version = fmt::format("{}", ++detectors_);
    const bool ends = random_() % 3 != 0;
    std::vector<PictureResult> seen;
    for (std::size_t picture = 0; picture < pictures_.size(); ++picture) {
      auto& [analyzer, finding] = pictures_[picture].findings.front();
      analyzer = newer;
      std::ranges::reverse(std::get<Faces>(finding).faces);
      if (is_there_[picture] && (ends || random_() % 2 == 0)) {
        seen.push_back(pictures_[picture]);
      }
    }
    both([&](Album& album) {
      album.use(newer);
      album.add_all(seen);
    });
  }

  void edit() {
    const auto people = album_.people();
    if (people.size() < 2) {
      return;
    }
    constexpr std::array kKinds{EditKind::kName, EditKind::kMerge, EditKind::kSplit,
                                EditKind::kKeepApart, EditKind::kUndo};
    EditRequest request{.kind = kKinds.at(random_() % kKinds.size()),
                        .left = {anybody(people)},
                        .right = {anybody(people)},
                        .name = "",
                        .undone = 0};
    if (request.kind == EditKind::kName) {
      request.right.clear();
      request.name = fmt::format("name {}", random_() % 5);
    } else if (request.kind == EditKind::kSplit) {
      request.left = {any_face(people)};
      request.right.clear();
    } else if (request.kind == EditKind::kUndo) {
      request = {.kind = EditKind::kUndo, .left = {}, .right = {}, .name = "", .undone = 0};
      request.undone = 1 + random_() % (edits_ + 1);
    }
    const auto done = album_.edit(request);
    const auto expected = afresh_.edit(request);
    ASSERT_EQ(done.has_value(), expected.has_value());
    edits_ += done.has_value() ? 1U : 0U;
    ASSERT_EQ(album_.people(), afresh_.people());
  }

  std::string anybody(const std::vector<PersonRow>& people) {
    return random_() % 3 == 0 ? any_face(people) : people[random_() % people.size()].id;
  }

  std::string any_face(const std::vector<PersonRow>& people) {
    const PersonRow& person = people[random_() % people.size()];
    return to_string(person.faces[random_() % person.faces.size()]);
  }

  std::mt19937_64 random_;
  std::vector<PictureResult> pictures_;
  std::vector<bool> is_there_;
  Album album_{options_of(0.065)};
  Album afresh_{options_of(0.065)};
  std::uint64_t edits_ = 0;
  int detectors_ = 1;
};

TEST(PeopleOverTimeTest, AnyHistoryGivesTheFullRun) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Life life{seed};
    for (int step = 1; step <= 100; ++step) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " step " << step);
      life.step();
      if (::testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
}

// Pictures of an album with people in them.
std::vector<PictureResult> some_pictures() {
  return picture_results(make_library({.faces = 160, .seed = 3, .dimension = 20}));
}

void add_all(Album& album, const std::vector<PictureResult>& pictures) {
  album.add_all(pictures);
  album.group();
}

TEST(PeopleOverTimeTest, PeopleWhoDidNotChangeAreNotWritten) {
  const auto pictures = some_pictures();
  Album album{options_of(0.065)};
  add_all(album, {pictures.begin(), pictures.end() - 1});
  album.tamper_with("UPDATE people SET spread = 0.75");
  const auto before = album.people();
  album.add(pictures.back());
  album.group();
  std::size_t changed = 0;
  for (const PersonRow& person : album.people()) {
    const bool is_as_before = std::ranges::find(before, person) != before.end();
    EXPECT_EQ(is_as_before, person.spread == 0.75);
    changed += is_as_before ? 0U : 1U;
  }
  EXPECT_GT(changed, 0U);
  EXPECT_LT(changed, before.size() / 2);
}

TEST(PeopleOverTimeTest, WhatNobodyGroupedIsNotBelieved) {
  const auto pictures = some_pictures();
  Album album{options_of(0.065)};
  add_all(album, pictures);
  const auto before = album.people();
  const std::array<const char*, 5> lies{
      "UPDATE person_faces SET person_key = (SELECT min(person_key) FROM people) "
      "WHERE person_key = (SELECT max(person_key) FROM people)",
      "DELETE FROM person_faces WHERE person_key = (SELECT max(person_key) FROM people)",
      "DELETE FROM person_faces WHERE picture_key % 3 = 0",
      "UPDATE people SET name = 'Nobody', tentative = 1",
      "UPDATE people SET best_picture_key = NULL",
  };
  for (const char* lie : lies) {
    SCOPED_TRACE(lie);
    album.tamper_with(lie);
    album.group();
    EXPECT_EQ(album.people(), before);
  }
}

TEST(PeopleOverTimeTest, AnotherAnalyzerOrMethodKnowsNobody) {
  auto pictures = some_pictures();
  Album album{options_of(0.065)};
  add_all(album, pictures);
  const auto before = album.people();
  album.options().method = GroupingMethod::kDbscan;
  album.group();
  EXPECT_NE(album.people(), before);
  album.options().method = GroupingMethod::kAverageLinkage;
  album.group();
  EXPECT_EQ(album.people().size(), before.size());

  AnalyzerId newer = kSyntheticFacesId;
  newer.version = "2";
  album.use(newer);
  EXPECT_EQ(album.group().faces, 0U);
  EXPECT_THAT(album.people(), ::testing::IsEmpty());
  for (PictureResult& picture : pictures) {
    picture.findings.front().first = newer;
  }
  add_all(album, pictures);
  const auto after = album.people();
  ASSERT_EQ(after.size(), before.size());
  for (const PersonRow& person : after) {
    EXPECT_TRUE(std::ranges::any_of(
        before, [&](const PersonRow& other) { return other.faces == person.faces; }));
  }
}

}  // namespace
}  // namespace albumen
