// SPDX-License-Identifier: Apache-2.0
// The seam to grow by: what every analyzer is, and how pictures come to it and findings leave it.
// A new analyzer of an existing kind of finding is a new folder and one line in the registry.
#pragma once

#include <cstddef>
#include <span>

#include "core/findings.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "prepare/view.h"

namespace albumen {

/// One picture as an analyzer sees it. Everything pointed to is shared with other analyzers,
/// read-only, and valid only during the call.
struct AnalysisInput {
  const DecodedImage* decoded = nullptr;  ///< never null
  /// One per element of Analyzer::views(), in its order; null for layout kDecoded. Pointers,
  /// because two analyzers that ask for the same view share one.
  std::span<const View* const> views;
};

/// Takes findings as they come. One sink belongs to one `analyze` call and is used by its thread
/// alone.
class FindingSink {
 public:
  virtual ~FindingSink() = default;

  /// REQUIRES: exactly one call per picture of the batch, in any order.
  virtual void accept(std::size_t index_in_batch, Result<Finding> finding) = 0;
};

/// Turns views into one kind of finding. Immutable after construction: one object serves all
/// workers at once. Equal pictures give equal findings whatever else is in the batch.
class Analyzer {
 public:
  virtual ~Analyzer() = default;

  /// The cache key of its findings; must name everything that changes the answer.
  [[nodiscard]] virtual const AnalyzerId& id() const = 0;

  /// What it wants to see. One decode covers the largest of all analyzers' views.
  [[nodiscard]] virtual std::span<const ViewSpec> views() const = 0;

  /// Loads what is too slow to load where no picture wants it, such as nets: once, whoever comes
  /// first; all others wait and get the same answer. Any thread.
  [[nodiscard]] virtual Result<void> load() const { return {}; }

  /// REQUIRES: `load` has succeeded, as for `analyze`.
  /// What one picture takes out of `job` at most, beyond decode and views; both sizes upright.
  /// A batch takes at most the sum. Fixed memory (models, tables) is not counted here.
  [[nodiscard]] virtual Bytes working_bytes(Size decoded, Size original) const = 0;

  /// Analyzes `batch`. Every picture gets its own value or error: one bad picture costs one
  /// picture. After a stop is requested, the pictures not yet done get `Cancelled`, soon.
  virtual void analyze(std::span<const AnalysisInput> batch, Reservation& job,
                       const StopToken& stop, FindingSink& out) const = 0;
};

}  // namespace albumen
