// SPDX-License-Identifier: Apache-2.0
#include "pipeline/analyzer_set.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string_view>

#include "core/check.h"

namespace albumen {
namespace {

bool wants(AnalyzerMask mask, std::size_t index) { return ((unsigned{mask} >> index) & 1U) != 0; }

// Takes the finding of a batch of one.
class SingleSink final : public FindingSink {
 public:
  void accept(std::size_t /*index_in_batch*/, Result<Finding> finding) override {
    finding_ = std::move(finding);
  }

  Result<Finding> take() && {
    if (!finding_) {
      return fail(ErrorCode::kInternal, "the analyzer gave no finding");
    }
    return *std::move(finding_);
  }

 private:
  std::optional<Result<Finding>> finding_;
};

Result<Finding> analyze_one(const Analyzer& analyzer, const AnalysisInput& input, Reservation& job,
                            const StopToken& stop) {
  SingleSink sink;
  try {
    analyzer.analyze({&input, 1}, job, stop, sink);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, error.what());
  }
  return std::move(sink).take();
}

}  // namespace

AnalyzerSet::AnalyzerSet(std::vector<std::unique_ptr<Analyzer>> analyzers)
    : analyzers_(std::move(analyzers)) {
  ALBUMEN_DCHECK(analyzers_.size() <= kMaxAnalyzers);
  for (const auto& analyzer : analyzers_) {
    ids_.push_back(analyzer->id());
  }
}

const AnalyzerId* AnalyzerSet::find(std::string_view name) const {
  const auto id = std::ranges::find(ids_, name, &AnalyzerId::name);
  return id == ids_.end() ? nullptr : &*id;
}

std::vector<ViewSpec> AnalyzerSet::views(AnalyzerMask wanted) const {
  std::vector<ViewSpec> specs;
  for (std::size_t index = 0; index < analyzers_.size(); ++index) {
    if (!wants(wanted, index)) {
      continue;
    }
    for (const ViewSpec& spec : analyzers_[index]->views()) {
      if (std::ranges::find(specs, spec) == specs.end()) {
        specs.push_back(spec);
      }
    }
  }
  return specs;
}

Result<void> AnalyzerSet::load() const {
  for (const auto& analyzer : analyzers_) {
    TRY(analyzer->load());
  }
  return {};
}

Bytes AnalyzerSet::working_bytes(AnalyzerMask wanted, Size decoded, Size original) const {
  Bytes most;
  for (std::size_t index = 0; index < analyzers_.size(); ++index) {
    if (wants(wanted, index)) {
      most = std::max(most, analyzers_[index]->working_bytes(decoded, original));
    }
  }
  return most;
}

std::vector<AnalyzerSet::Outcome> AnalyzerSet::analyze(AnalyzerMask wanted,
                                                       const DecodedImage& decoded,
                                                       std::span<const View> views,
                                                       Reservation& job,
                                                       const StopToken& stop) const {
  std::vector<Outcome> outcomes;
  for (std::size_t index = 0; index < analyzers_.size(); ++index) {
    if (!wants(wanted, index)) {
      continue;
    }
    const Analyzer& analyzer = *analyzers_[index];
    std::vector<const View*> inputs;
    for (const ViewSpec& spec : analyzer.views()) {
      inputs.push_back(spec.layout == ViewLayout::kDecoded ? nullptr : find_view(views, spec));
    }
    const AnalysisInput input{.decoded = &decoded, .views = inputs};
    outcomes.emplace_back(index, analyze_one(analyzer, input, job, stop));
  }
  return outcomes;
}

}  // namespace albumen
