// SPDX-License-Identifier: Apache-2.0
// For tests: what the pipeline does for an analyzer, for grey pictures, with exactly the memory
// that it said it needs.
#pragma once

#include <gtest/gtest.h>
#include <span>
#include <vector>

#include "analyze/analyzer.h"
#include "prepare/testing/pictures.h"
#include "prepare/view.h"

namespace albumen::testing {

class CollectingSink : public FindingSink {
 public:
  explicit CollectingSink(std::size_t count) : findings_(count), seen_(count) {}

  void accept(std::size_t index, Result<Finding> finding) override {
    EXPECT_FALSE(seen_.at(index)) << "two findings for one picture";
    seen_.at(index) = true;
    findings_.at(index) = std::move(finding);
  }

  std::vector<Result<Finding>> take() {
    for (const bool seen : seen_) {
      EXPECT_TRUE(seen) << "a picture without an answer";
    }
    return std::move(findings_);
  }

 private:
  std::vector<Result<Finding>> findings_;
  std::vector<bool> seen_;
};

inline std::vector<Result<Finding>> run_analyzer(const Analyzer& analyzer,
                                                 std::span<const Picture> pictures,
                                                 const StopToken& stop) {
  Budget budget{kGiB};
  std::vector<DecodedImage> decoded;
  std::vector<std::vector<View>> views;
  std::vector<std::vector<const View*>> pointers;
  decoded.reserve(pictures.size());
  views.reserve(pictures.size());
  pointers.reserve(pictures.size());
  Bytes working;
  for (const Picture& picture : pictures) {
    decoded.push_back(
        decoded_from(PixelLayout::kGray8, std::span{&picture, 1}, Orientation::kUpright));
    const PixelShape shape = shape_of(decoded.back());
    Reservation job =
        budget.reserve(MemoryTag::kPixels, view_peak_bytes(shape, analyzer.views()), {}).value();
    views.push_back(make_views(decoded.back(), analyzer.views(), job).value());
    pointers.emplace_back().reserve(analyzer.views().size());
    for (const ViewSpec& spec : analyzer.views()) {
      pointers.back().push_back(find_view(views.back(), spec));
    }
    working += analyzer.working_bytes(decoded.back().size(), decoded.back().original_size());
  }
  std::vector<AnalysisInput> batch;
  batch.reserve(pictures.size());
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    batch.push_back({.decoded = &decoded[i], .views = pointers[i]});
  }
  Reservation job = budget.reserve(MemoryTag::kOther, working, {}).value();
  CollectingSink sink{pictures.size()};
  analyzer.analyze(batch, job, stop, sink);
  EXPECT_EQ(job.size(), working);
  return sink.take();
}

}  // namespace albumen::testing
