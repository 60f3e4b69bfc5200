// SPDX-License-Identifier: Apache-2.0
// A photograph on its whole way to an analyzer, for tests.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analyze/analyzer.h"
#include "core/findings.h"
#include "core/result.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "prepare/view.h"

namespace albumen::testing {

/// What an analyzer gets to see of one picture. Not movable: `pointers` point into it.
struct Photograph {
  Budget budget{kGiB};
  Reservation job;
  DecodedImage decoded;
  std::vector<View> views;
  std::vector<const View*> pointers;  // one per spec

  [[nodiscard]] AnalysisInput input() const { return {.decoded = &decoded, .views = pointers}; }
};

/// Decodes the file at `path` and makes its views.
Result<std::unique_ptr<Photograph>> load_photograph(const std::string& path,
                                                    std::span<const ViewSpec> specs);

/// A picture out of RGB pixels, `size` without gaps.
Result<std::unique_ptr<Photograph>> photograph_of(std::span<const std::uint8_t> pixels, Size size,
                                                  std::span<const ViewSpec> specs);

/// One picture through `analyzer`, with exactly the memory that it asks for.
Result<Faces> faces_of(const Analyzer& analyzer, Photograph& photograph);

}  // namespace albumen::testing
