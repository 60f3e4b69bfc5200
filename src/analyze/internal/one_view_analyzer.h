// SPDX-License-Identifier: Apache-2.0
// The shell of an analyzer that measures the pixels of one view. Tested by hashes_test.cpp and
// quality_test.cpp.
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include "analyze/analyzer.h"

namespace albumen::internal {

/// `kMeasure`: a function from an ImageView to the Result of some finding, which needs no memory of
/// its own.
template <auto kMeasure>
class OneViewAnalyzer final : public Analyzer {
 public:
  OneViewAnalyzer(AnalyzerId id, ViewSpec view) : id_(std::move(id)), view_(view) {}

  [[nodiscard]] const AnalyzerId& id() const override { return id_; }

  [[nodiscard]] std::span<const ViewSpec> views() const override { return {&view_, 1}; }

  [[nodiscard]] Bytes working_bytes(Size /*decoded*/, Size /*original*/) const override {
    return {};
  }

  void analyze(std::span<const AnalysisInput> batch, Reservation& /*job*/, const StopToken& stop,
               FindingSink& out) const override {
    for (std::size_t index = 0; index < batch.size(); ++index) {
      out.accept(index, measure(batch[index], stop));
    }
  }

 private:
  [[nodiscard]] static Result<Finding> measure(const AnalysisInput& input, const StopToken& stop) {
    TRY(check_stop(stop));
    ALBUMEN_ENSURE(!input.views.empty() && input.views[0] != nullptr);
    return Finding{TRY(kMeasure(input.views[0]->pixels))};
  }

  const AnalyzerId id_;
  const ViewSpec view_;
};

}  // namespace albumen::internal
