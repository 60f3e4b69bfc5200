// SPDX-License-Identifier: Apache-2.0
// An analyzer that is made when the first picture wants it. A run over pictures that are all known
// then needs no nets: neither their time nor their memory. Tested by on_demand_analyzer_test.cpp.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "analyze/analyzer.h"

namespace albumen {

class OnDemandAnalyzer final : public Analyzer {
 public:
  using Make = std::function<Result<std::unique_ptr<Analyzer>>()>;

  /// `id` and `views` are those of what `make` will give. `make` is called once, by any thread.
  OnDemandAnalyzer(AnalyzerId id, std::vector<ViewSpec> views, Make make);

  [[nodiscard]] const AnalyzerId& id() const override { return id_; }

  [[nodiscard]] std::span<const ViewSpec> views() const override { return views_; }

  [[nodiscard]] Result<void> load() const override;
  [[nodiscard]] Bytes working_bytes(Size decoded, Size original) const override;
  void analyze(std::span<const AnalysisInput> batch, Reservation& job, const StopToken& stop,
               FindingSink& out) const override;

 private:
  const AnalyzerId id_;
  const std::vector<ViewSpec> views_;
  mutable std::once_flag once_;
  mutable Make make_;                       // empty after the call
  mutable std::unique_ptr<Analyzer> made_;  // written once, inside once_
  mutable std::optional<Error> error_;      // why it is null
};

}  // namespace albumen
