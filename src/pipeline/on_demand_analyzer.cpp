// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/on_demand_analyzer.h"

#include <utility>

#include "core/check.h"

namespace albumen {

OnDemandAnalyzer::OnDemandAnalyzer(AnalyzerId id, std::vector<ViewSpec> views, Make make)
    : id_(std::move(id)), views_(std::move(views)), make_(std::move(make)) {}

Result<void> OnDemandAnalyzer::load() const {
  std::call_once(once_, [this] {
    auto made = std::exchange(make_, {})();
    if (made) {
      made_ = *std::move(made);
      ALBUMEN_DCHECK(made_->id() == id_);
    } else {
      error_ = std::move(made).error();
    }
  });
  if (error_) {
    return std::unexpected(*error_);
  }
  return made_->load();
}

Bytes OnDemandAnalyzer::working_bytes(Size decoded, Size original) const {
  ALBUMEN_DCHECK(made_ != nullptr);
  return made_->working_bytes(decoded, original);
}

void OnDemandAnalyzer::analyze(std::span<const AnalysisInput> batch, Reservation& job,
                               const StopToken& stop, FindingSink& out) const {
  ALBUMEN_DCHECK(made_ != nullptr);
  made_->analyze(batch, job, stop, out);
}

}  // namespace albumen
