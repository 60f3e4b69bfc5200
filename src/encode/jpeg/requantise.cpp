// SPDX-License-Identifier: Apache-2.0
#include "encode/jpeg/requantise.h"

#include <algorithm>
#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encode/jpeg/requantise.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once per target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace albumen::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Wide32 = hn::CappedTag<std::int32_t, 16>;
using WideFloat = hn::RebindToFloat<Wide32>;
using Narrow16 = hn::Rebind<std::int16_t, Wide32>;

void requantise_blocks(std::int16_t* coefficients, std::size_t blocks, const float* ratios) {
  const Wide32 d32;
  const WideFloat d;
  const Narrow16 d16;
  const std::size_t lanes = hn::Lanes(d32);
  for (std::size_t block = 0; block < blocks; ++block, coefficients += kBlockCoefficients) {
    for (std::size_t i = 0; i < kBlockCoefficients; i += lanes) {
      const auto steps = hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(d16, coefficients + i)));
      // One product, rounded once: nothing here that a target could contract or reorder.
      const auto product = hn::Mul(steps, hn::LoadU(d, ratios + i));
      hn::StoreU(hn::DemoteTo(d16, hn::NearestInt(product)), d16, coefficients + i);
    }
  }
}

bool fits_in_blocks(const std::int16_t* coefficients, std::size_t blocks) {
  static_assert(kMostDc == kMostAc);  // so that one comparison is of both
  constexpr std::int16_t kLeastAc = -kMostAc;
  const hn::CappedTag<std::int16_t, kBlockCoefficients> d;
  const std::size_t lanes = hn::Lanes(d);
  auto lowest = hn::Zero(d);
  auto highest = hn::Zero(d);
  std::int16_t lowest_dc = 0;
  for (std::size_t block = 0; block < blocks; ++block, coefficients += kBlockCoefficients) {
    lowest_dc = std::min(lowest_dc, coefficients[0]);
    const auto first = hn::InsertLane(hn::LoadU(d, coefficients), 0, std::int16_t{0});
    lowest = hn::Min(lowest, first);
    highest = hn::Max(highest, hn::LoadU(d, coefficients));
    for (std::size_t i = lanes; i < kBlockCoefficients; i += lanes) {
      const auto some = hn::LoadU(d, coefficients + i);
      lowest = hn::Min(lowest, some);
      highest = hn::Max(highest, some);
    }
  }
  return hn::AllFalse(d, hn::Gt(highest, hn::Set(d, kMostAc))) &&
         hn::AllFalse(d, hn::Lt(lowest, hn::Set(d, kLeastAc))) && lowest_dc >= kLeastDc;
}

}  // namespace
}  // namespace albumen::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace albumen {

HWY_EXPORT(requantise_blocks);
HWY_EXPORT(fits_in_blocks);

void requantise(std::int16_t* coefficients, std::size_t blocks, const StepRatios& ratios) {
  HWY_DYNAMIC_DISPATCH(requantise_blocks)(coefficients, blocks, ratios.data());
}

bool fits_baseline(const std::int16_t* coefficients, std::size_t blocks) {
  return HWY_DYNAMIC_DISPATCH(fits_in_blocks)(coefficients, blocks);
}

}  // namespace albumen
#endif
