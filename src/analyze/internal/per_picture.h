// SPDX-License-Identifier: Apache-2.0
// The loop of an analyzer that looks at one view of one picture at a time.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "analyze/analyzer.h"

namespace albumen::internal {

/// Gives `measure(pixels of the first view)`, a Result of some finding, to the sink for every
/// picture; after a stop, Cancelled.
template <class Measure>
void for_each_first_view(std::span<const AnalysisInput> batch, const StopToken& stop,
                         FindingSink& out, const Measure& measure) {
  const auto one = [&](const AnalysisInput& input) -> Result<Finding> {
    TRY(check_stop(stop));
    ALBUMEN_ENSURE(!input.views.empty() && input.views[0] != nullptr);
    return Finding{TRY(measure(input.views[0]->pixels))};
  };
  for (std::size_t i = 0; i < batch.size(); ++i) {
    out.accept(i, one(batch[i]));
  }
}

}  // namespace albumen::internal
