// SPDX-License-Identifier: Apache-2.0
#include "encode/jpeg/requantise.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <random>
#include <vector>

namespace albumen {
namespace {

TEST(RequantiseTest, RoundsLikeItsPlainTwinOnEveryTarget) {
  std::mt19937 random{5};
  std::vector<std::int16_t> coefficients(kBlockCoefficients * 200);
  for (std::int16_t& coefficient : coefficients) {
    const int most = random() % 4 == 0 ? 32767 : 40;
    coefficient = static_cast<std::int16_t>(static_cast<int>(random() % (2U * 32767U + 1)) - 32767);
    coefficient = static_cast<std::int16_t>(coefficient % (most + 1));
  }
  StepRatios ratios{};
  for (float& ratio : ratios) {
    const auto before = 1 + static_cast<int>(random() % 40);
    ratio =
        static_cast<float>(before) / static_cast<float>(before + static_cast<int>(random() % 60));
  }
  std::vector<std::int16_t> expected;
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    const float product = static_cast<float>(coefficients[i]) * ratios[i % kBlockCoefficients];
    expected.push_back(static_cast<std::int16_t>(std::nearbyint(product)));
  }
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    std::vector<std::int16_t> result = coefficients;
    requantise(result.data(), result.size() / kBlockCoefficients, ratios);
    EXPECT_TRUE(result == expected);
  }
  hwy::SetSupportedTargetsForTest(0);
}

}  // namespace
}  // namespace albumen
