// SPDX-License-Identifier: Apache-2.0
// Runs a listing to its end and sorts its events by kind, for tests.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sources/source_lister.h"

namespace albumen {

struct CollectedEvents {
  std::vector<SourceEntry> entries;
  std::vector<SourceProblem> problems;
  std::vector<SourceSkip> skips;

  void add(SourceEvent event) {
    if (auto* entry = std::get_if<SourceEntry>(&event)) {
      entries.push_back(std::move(*entry));
    } else if (auto* problem = std::get_if<SourceProblem>(&event)) {
      problems.push_back(std::move(*problem));
    } else {
      skips.push_back(std::get<SourceSkip>(std::move(event)));
    }
  }

  /// Paths of the entries, or their member names where they are members, in order.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const SourceEntry& entry : entries) {
      result.push_back(entry.is_member() ? entry.member : entry.path);
    }
    return result;
  }
};

inline CollectedEvents collect_events(std::vector<std::string> sources,
                                      SourceOptions options = {}) {
  auto lister = SourceLister::create(std::move(sources), std::move(options)).value();
  CollectedEvents events;
  while (auto event = lister.next({})) {
    events.add(std::move(*event));
  }
  return events;
}

}  // namespace albumen
