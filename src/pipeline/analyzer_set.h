// SPDX-License-Identifier: Apache-2.0
// The analyzers of a run, and what they want together: one decode and one set of views serve all.
// Tested by analyzer_set_test.cpp.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analyze/analyzer.h"
#include "core/findings.h"
#include "library/known_files.h"
#include "prepare/view.h"

namespace albumen {

/// Immutable after construction; any thread.
class AnalyzerSet {
 public:
  /// REQUIRES: at most kMaxAnalyzers, with different names.
  explicit AnalyzerSet(std::vector<std::unique_ptr<Analyzer>> analyzers);

  [[nodiscard]] std::size_t size() const { return analyzers_.size(); }

  [[nodiscard]] const std::vector<AnalyzerId>& ids() const { return ids_; }

  [[nodiscard]] AnalyzerMask all() const { return all_analyzers(analyzers_.size()); }

  /// The id whose name is `name`, or null.
  [[nodiscard]] const AnalyzerId* find(std::string_view name) const;

  /// The different views that the analyzers of `wanted` ask for, kDecoded among them.
  [[nodiscard]] std::vector<ViewSpec> views(AnalyzerMask wanted) const;

  /// Loads them all, the first time; later calls return at once what came of it. Must have
  /// succeeded before the two below. Errors: those of Analyzer::load. Any thread.
  [[nodiscard]] Result<void> load() const;

  /// The most that one analyzer of `wanted` takes beside decode and views: they run one by one.
  [[nodiscard]] Bytes working_bytes(AnalyzerMask wanted, Size decoded, Size original) const;

  /// What came of one picture: a finding, or an error of one analyzer.
  using Outcome = std::pair<std::size_t, Result<Finding>>;

  /// Runs the analyzers of `wanted` on one picture, one after the other. `views` are those of
  /// `views(wanted)` as make_views gave them. Exactly one outcome per analyzer of `wanted`.
  [[nodiscard]] std::vector<Outcome> analyze(AnalyzerMask wanted, const DecodedImage& decoded,
                                             std::span<const View> views, Reservation& job,
                                             const StopToken& stop) const;

 private:
  std::vector<std::unique_ptr<Analyzer>> analyzers_;
  std::vector<AnalyzerId> ids_;
};

}  // namespace albumen
