// SPDX-License-Identifier: Apache-2.0
// Time, memory and correctness of grouping on made-up libraries (testing/synthetic_library.h).
// Counters: precision and recall over pairs of faces, people found and true, MiB of budget at the
// peak. `milli` is the threshold in units of 0.001; 0 takes that of `threshold_for`.
#include <algorithm>
#include <benchmark/benchmark.h>
#include <optional>
#include <span>
#include <vector>

#include "people/grouping.h"
#include "people/testing/synthetic_library.h"

namespace albumen::people::testing {
namespace {

const SyntheticLibrary& library_of(std::size_t faces) {
  static std::optional<SyntheticLibrary> last;  // one at a time: they are large
  if (!last.has_value() || last->keys.size() != faces) {
    last.reset();
    last = make_library({.faces = faces, .seed = 11});
  }
  return *last;
}

void group_library(benchmark::State& state) {
  const SyntheticLibrary& library = library_of(static_cast<std::size_t>(state.range(0)));
  const double threshold = state.range(1) > 0 ? static_cast<double>(state.range(1)) / 1000
                                              : threshold_for(library.keys.size());
  Partition partition;
  double peak = 0;
  for (auto step : state) {
    Budget budget(kGiB * 12);
    auto result = group(library.faces(), {}, {.same_threshold = threshold},
                        {.budget = &budget, .threads = static_cast<unsigned>(state.range(2))});
    if (!result.has_value()) {
      state.SkipWithError(result.error().message.c_str());
      return;
    }
    partition = std::move(*result);
    peak = static_cast<double>(budget.peak().count()) / static_cast<double>(kMiB.count());
  }
  const PairScore pairs = score(library.truth, partition);
  state.counters["threshold"] = threshold;
  state.counters["precision"] = pairs.precision;
  state.counters["recall"] = pairs.recall;
  state.counters["people"] = partition.people;
  state.counters["true_people"] = library.people;
  state.counters["peak_MiB"] = peak;
}

BENCHMARK(group_library)
    ->ArgNames({"faces", "milli", "threads"})
    ->Args({1790, 0, 1})
    ->Args({1790, 0, 2})
    ->Args({2000, 0, 2})
    ->Args({20000, 0, 2})
    ->Args({100000, 0, 2})
    ->Args({200000, 0, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// What a budget without room for the pairs of near faces costs: the second way of `group`.
void group_library_without_pairs(benchmark::State& state) {
  const SyntheticLibrary& library = library_of(static_cast<std::size_t>(state.range(0)));
  // A face's own share is 256 bytes of vector, at most 512 of sum and some 320 of bookkeeping.
  constexpr std::uint64_t kBytesPerFace = 1200;
  for (auto step : state) {
    Budget budget(Bytes{kBytesPerFace} * library.keys.size());
    const auto result =
        group(library.faces(), {}, {.same_threshold = threshold_for(library.keys.size())},
              {.budget = &budget, .threads = 2});
    if (!result.has_value()) {
      state.SkipWithError(result.error().message.c_str());
      return;
    }
    state.counters["people"] = result->people;
  }
}

BENCHMARK(group_library_without_pairs)
    ->Arg(20000)
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

// One face more, with the library's vectors in memory. Takes it out again between the rounds.
void add_one_face(benchmark::State& state) {
  const SyntheticLibrary& library = library_of(static_cast<std::size_t>(state.range(0)));
  Budget budget(kGiB * 12);
  auto grouping = Grouping::create(library.dimension,
                                   {.same_threshold = threshold_for(library.keys.size())}, &budget);
  const GroupingResources resources{.budget = &budget, .threads = 2};
  GroupingUpdate all;
  all.added = library.faces();
  if (!grouping.has_value() || !grouping->update(all, resources).has_value()) {
    state.SkipWithError("the first grouping failed");
    return;
  }
  std::size_t round = 0;
  for (auto step : state) {
    state.PauseTiming();
    constexpr std::size_t kStride = 7919;  // a prime: other people each time
    const std::size_t face = ++round * kStride % library.keys.size();
    const std::vector<FaceKey> key{library.keys[face]};
    GroupingUpdate away;
    away.removed = key;
    bool done = grouping->update(away, resources).has_value();
    GroupingUpdate back;
    back.added = {
        .keys = key,
        .f32 = std::span(library.vectors).subspan(face * library.dimension, library.dimension),
        .f16 = {},
        .dimension = library.dimension};
    state.ResumeTiming();
    done = done && grouping->update(back, resources).has_value();
    if (!done) {
      state.SkipWithError("an update failed");
      return;
    }
  }
}

// What a new process does for one face more: who the others are is known, their vectors are in
// memory.
void restore_and_add_one_face(benchmark::State& state) {
  const SyntheticLibrary& library = library_of(static_cast<std::size_t>(state.range(0)));
  Budget budget(kGiB * 12);
  const GroupingOptions options{.same_threshold = threshold_for(library.keys.size())};
  const GroupingResources resources{.budget = &budget, .threads = 2};
  std::size_t round = 0;
  for (auto step : state) {
    state.PauseTiming();
    constexpr std::size_t kStride = 7919;  // a prime: other people each time
    const std::size_t face = ++round * kStride % library.keys.size();
    auto grouping = Grouping::create(library.dimension, options, &budget).value();
    GroupingUpdate others;
    others.added = library.faces();
    bool done = grouping.update(others, resources).has_value();
    GroupingUpdate away;
    away.removed = std::span(library.keys).subspan(face, 1);
    done = done && grouping.update(away, resources).has_value();
    const GroupedFaces before = grouping.people().value();
    Partition known{.person_of_face = {}, .people = before.partition.people};
    for (const FaceKey& key : library.keys) {
      const auto place = std::ranges::lower_bound(before.keys, key) - before.keys.begin();
      const bool is_new = key == library.keys[face];
      known.person_of_face.push_back(
          is_new ? kNobody : before.partition.person_of_face[static_cast<std::size_t>(place)]);
    }
    state.ResumeTiming();
    const auto restored = Grouping::restore(library.faces(), known, {}, options, resources);
    if (!done || !restored.has_value()) {
      state.SkipWithError("a grouping failed");
      return;
    }
    benchmark::DoNotOptimize(restored->people());
  }
}

BENCHMARK(restore_and_add_one_face)
    ->Arg(20000)
    ->Arg(100000)
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

BENCHMARK(add_one_face)->Arg(20000)->Arg(100000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace albumen::people::testing
