// SPDX-License-Identifier: Apache-2.0
// People of a library of 100,000 made-up faces that is on disk: what a new process pays for one
// more picture, and for each kind of edit. The library is opened anew for every measurement.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "files/face_id.h"
#include "pipeline/people_run.h"
#include "pipeline/testing/synthetic_pictures.h"

namespace albumen {
namespace {

constexpr std::size_t kFaces = 100'000;
constexpr std::size_t kHeldOut = 40;  // pictures that come later, one by one
constexpr Bytes kMemory = kGiB * 4;

// A benchmark cannot go on without its library.
template <class T>
T must(Result<T> result) {
  if (!result) {
    std::abort();
  }
  if constexpr (!std::is_void_v<T>) {
    return *std::move(result);
  }
}

class GroupedLibrary {
 public:
  GroupedLibrary()
      : folder_((std::filesystem::temp_directory_path() / "albumen-bench-XXXXXX").string()),
        pictures_(picture_results(people::testing::make_library({.faces = kFaces, .seed = 11}))) {
    if (::mkdtemp(folder_.data()) == nullptr) {
      std::abort();
    }
    visit([&](Library& library) {
      auto* writer = must(library.writer());
      must(writer->begin_run({.command = "bench",
                              .program_version = "1",
                              .started_ms = 0,
                              .analyzers = {kSyntheticFacesId}}));
      while (pictures_.size() > kHeldOut) {
        must(writer->submit(std::move(pictures_.back())));
        pictures_.pop_back();
      }
      must(writer->flush());
    });
    regroup();
  }

  GroupedLibrary(const GroupedLibrary&) = delete;
  GroupedLibrary& operator=(const GroupedLibrary&) = delete;

  ~GroupedLibrary() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void visit(const std::function<void(Library&)>& action) const {
    const auto library =
        must(Library::open(folder_ + "/library.db", {.mode = LibraryMode::kWrite}));
    action(*library);
  }

  void add_picture() {
    visit([&](Library& library) {
      auto* writer = must(library.writer());
      must(writer->submit(std::move(pictures_.back())));
      pictures_.pop_back();
      must(writer->flush());
    });
  }

  void regroup() const {
    visit([](Library& library) {
      Budget budget{kMemory};
      must(group_people(library, *must(library.writer()), {.threads = 2}, budget, {}));
    });
  }

  std::int64_t edit(const EditRequest& request) const {
    std::int64_t number = 0;
    visit([&](Library& library) {
      Budget budget{kMemory};
      auto* writer = must(library.writer());
      number = must(apply_edit(library, *writer, request, {.threads = 2}, budget, {})).number;
    });
    return number;
  }

  // Two people of about a hundred faces.
  std::vector<PersonRow> some_people() const {
    std::vector<PersonRow> people;
    visit([&](Library& library) { people = must(library.people()); });
    constexpr std::size_t kSize = 100;
    std::erase_if(people, [](const PersonRow& person) { return person.faces.size() < kSize; });
    std::ranges::sort(people, {}, [](const PersonRow& person) { return person.faces.size(); });
    people.resize(2);
    return people;
  }

 private:
  std::string folder_;
  std::vector<PictureResult> pictures_;
};

GroupedLibrary& library() {
  static GroupedLibrary the_library;
  return the_library;
}

void add_one_picture(benchmark::State& state) {
  GroupedLibrary& grouped = library();
  for (auto step : state) {
    state.PauseTiming();
    grouped.add_picture();
    state.ResumeTiming();
    grouped.regroup();
  }
}

void change_nothing(benchmark::State& state) {
  const GroupedLibrary& grouped = library();
  for (auto step : state) {
    grouped.regroup();
  }
}

void name_a_person(benchmark::State& state) {
  const GroupedLibrary& grouped = library();
  const std::string person = grouped.some_people().front().id;
  int round = 0;
  for (auto step : state) {
    grouped.edit({.kind = EditKind::kName, .left = {person}, .name = std::to_string(++round)});
  }
}

// Each edit is taken back between the rounds, and by the benchmark below.
void edit_and_undo(benchmark::State& state, EditKind kind, bool measure_undo) {
  const GroupedLibrary& grouped = library();
  for (auto step : state) {
    state.PauseTiming();
    const auto people = grouped.some_people();
    EditRequest request{.kind = kind, .left = {people[0].id}, .right = {people[1].id}};
    if (kind == EditKind::kSplit) {
      request.left = {to_string(people[0].faces.front())};
      request.right.clear();
    }
    if (!measure_undo) {
      state.ResumeTiming();
    }
    const auto number = static_cast<std::uint64_t>(grouped.edit(request));
    if (measure_undo) {
      state.ResumeTiming();
    } else {
      state.PauseTiming();
    }
    grouped.edit({.kind = EditKind::kUndo, .undone = number});
    if (!measure_undo) {
      state.ResumeTiming();
    }
  }
}

void configure(benchmark::internal::Benchmark* it) {
  it->Iterations(3)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime()->UseRealTime();
}

BENCHMARK(add_one_picture)->Apply(configure);
BENCHMARK(change_nothing)->Apply(configure);
BENCHMARK(name_a_person)->Apply(configure);
BENCHMARK_CAPTURE(edit_and_undo, merge, EditKind::kMerge, false)->Apply(configure);
BENCHMARK_CAPTURE(edit_and_undo, split, EditKind::kSplit, false)->Apply(configure);
BENCHMARK_CAPTURE(edit_and_undo, keep_apart, EditKind::kKeepApart, false)->Apply(configure);
BENCHMARK_CAPTURE(edit_and_undo, undo_merge, EditKind::kMerge, true)->Apply(configure);

}  // namespace
}  // namespace albumen
