// SPDX-License-Identifier: Apache-2.0
// People of a library over its life: whatever was done since the last grouping, doing only what
// changed gives what working everything out gives.
#include <algorithm>
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

  void add(const PictureResult& picture) {
    must(writer().submit(picture));
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

  Result<std::int64_t> edit(const EditRequest& request) {
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
};

TEST(PeopleOverTimeTest, AnyHistoryGivesTheFullRun) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Life life{seed};
    for (int step = 1; step <= 120; ++step) {
      SCOPED_TRACE(::testing::Message() << "seed " << seed << " step " << step);
      life.step();
      if (::testing::Test::HasFatalFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace albumen
