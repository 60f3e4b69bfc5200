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

TEST(RequantiseTest, KnowsWhatABaselineScanCanSayOnEveryTarget) {
  struct Case {
    std::size_t position;
    int value;
    bool fits;
  };

  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (const std::size_t block : {std::size_t{0}, std::size_t{2}}) {
      for (const Case& one :
           {Case{0, 1023, true}, Case{0, 1024, false}, Case{0, -1024, true}, Case{0, -1025, false},
            Case{1, 1023, true}, Case{1, 1024, false}, Case{1, -1023, true}, Case{1, -1024, false},
            Case{63, 1023, true}, Case{63, 32767, false}, Case{63, -32768, false},
            Case{33, -1024, false}}) {
        std::vector<std::int16_t> coefficients(kBlockCoefficients * 3, 5);
        coefficients.at((block * kBlockCoefficients) + one.position) =
            static_cast<std::int16_t>(one.value);
        EXPECT_EQ(fits_baseline(coefficients.data(), 3), one.fits)
            << one.value << " at " << one.position << " of block " << block;
      }
    }
  }
  hwy::SetSupportedTargetsForTest(0);
  EXPECT_TRUE(fits_baseline(nullptr, 0));
}

}  // namespace
}  // namespace albumen
