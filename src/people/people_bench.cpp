// SPDX-License-Identifier: Apache-2.0
// Time, memory and correctness of grouping on made-up libraries (testing/synthetic_library.h).
// Counters: precision and recall over pairs of faces, people made per person, megabytes of budget
// at the peak. `threshold` in units of 0.001.
#include <benchmark/benchmark.h>
#include <map>
#include <optional>
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
    ->Args({20000, 0, 2})
    ->Args({100000, 0, 2})
    ->Args({200000, 0, 2})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace albumen::people::testing
