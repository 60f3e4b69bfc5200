// SPDX-License-Identifier: Apache-2.0
#include "encode/png/row_filter.h"

#include <algorithm>
#include <array>
#include <cstdint>

// Vectors of unknown length (SVE, RISC-V) may be longer than the padding of a row.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
// The portable target needs vectors too; see GCC bug 106322 for why Highway avoids its emulated
// ones. No product is taken here.
#undef HWY_BROKEN_EMU128
#define HWY_BROKEN_EMU128 0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encode/png/row_filter.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once per target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace albumen::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes8 = hn::CappedTag<std::uint8_t, kRowPadding>;
using Sums64 = hn::Repartition<std::uint64_t, Bytes8>;
using V = hn::Vec<Bytes8>;

HWY_INLINE V distance(V a, V b) { return hn::Or(hn::SaturatedSub(a, b), hn::SaturatedSub(b, a)); }

HWY_INLINE auto at_most(V a, V b) { return hn::Eq(hn::Min(a, b), a); }

HWY_INLINE V average(V left, V above) {
  // AverageRound rounds up, PNG down.
  const auto odd = hn::And(hn::Xor(left, above), hn::Set(Bytes8(), 1));
  return hn::Sub(hn::AverageRound(left, above), odd);
}

/// The neighbour that is nearest to left + above - corner, in bytes: the distance to the corner is
/// the sum of the other two where left and above lie on the same side of it, else their difference.
HWY_INLINE V paeth(V left, V above, V corner) {
  const auto to_left = distance(above, corner);
  const auto to_above = distance(left, corner);
  const auto above_low = at_most(above, corner);
  const auto left_low = at_most(left, corner);
  const auto same_side = hn::Not(hn::Xor(above_low, left_low));
  // Where the sum saturates it is still no less than either.
  const auto to_corner =
      hn::IfThenElse(same_side, hn::SaturatedAdd(to_left, to_above), distance(to_left, to_above));
  const auto not_left = hn::IfThenElse(at_most(to_above, to_corner), above, corner);
  return hn::IfThenElse(at_most(to_left, hn::Min(to_above, to_corner)), left, not_left);
}

/// A vector of the row and of its three neighbours.
struct Neighbours {
  V here;
  V left;
  V above;
  V corner;

  HWY_INLINE Neighbours(const RowPair& rows, std::size_t x)
      : here(hn::LoadU(Bytes8(), rows.row + x)),
        left(hn::LoadU(Bytes8(), rows.row + x - rows.pixel_bytes)),
        above(hn::LoadU(Bytes8(), rows.above + x)),
        corner(hn::LoadU(Bytes8(), rows.above + x - rows.pixel_bytes)) {}

  template <RowFilter kFilter>
  HWY_INLINE V filtered() const {
    if constexpr (kFilter == RowFilter::kSub) {
      return hn::Sub(here, left);
    } else if constexpr (kFilter == RowFilter::kUp) {
      return hn::Sub(here, above);
    } else if constexpr (kFilter == RowFilter::kAverage) {
      return hn::Sub(here, average(left, above));
    } else if constexpr (kFilter == RowFilter::kPaeth) {
      return hn::Sub(here, paeth(left, above, corner));
    } else {
      return here;
    }
  }
};

template <RowFilter kFilter>
void filter_with(const RowPair& rows, std::uint8_t* out) {
  const Bytes8 d;
  for (std::size_t x = 0; x < rows.bytes; x += hn::Lanes(d)) {
    hn::StoreU(Neighbours(rows, x).filtered<kFilter>(), d, out + x);
  }
}

void filter_one_row(RowFilter filter, const RowPair& rows, std::uint8_t* out) {
  switch (filter) {
    case RowFilter::kNone:
      return filter_with<RowFilter::kNone>(rows, out);
    case RowFilter::kSub:
      return filter_with<RowFilter::kSub>(rows, out);
    case RowFilter::kUp:
      return filter_with<RowFilter::kUp>(rows, out);
    case RowFilter::kAverage:
      return filter_with<RowFilter::kAverage>(rows, out);
    case RowFilter::kPaeth:
      return filter_with<RowFilter::kPaeth>(rows, out);
  }
}

using Sum = hn::Vec<Sums64>;

HWY_INLINE Sum magnitudes(V filtered) {
  return hn::SumsOf8(hn::Min(filtered, hn::Sub(hn::Zero(Bytes8()), filtered)));
}

void sum_magnitudes(const RowPair& rows, std::uint64_t* sums) {
  const Bytes8 d;
  const Sums64 d64;
  auto none = hn::Zero(d64);
  auto sub = hn::Zero(d64);
  auto up = hn::Zero(d64);
  auto avg = hn::Zero(d64);
  auto pae = hn::Zero(d64);
  for (std::size_t x = 0; x < rows.bytes; x += hn::Lanes(d)) {
    const Neighbours at(rows, x);
    const std::size_t left = rows.bytes - x;
    if (left >= hn::Lanes(d)) {
      none = hn::Add(none, magnitudes(at.here));
      sub = hn::Add(sub, magnitudes(at.filtered<RowFilter::kSub>()));
      up = hn::Add(up, magnitudes(at.filtered<RowFilter::kUp>()));
      avg = hn::Add(avg, magnitudes(at.filtered<RowFilter::kAverage>()));
      pae = hn::Add(pae, magnitudes(at.filtered<RowFilter::kPaeth>()));
    } else {
      const auto mask = hn::FirstN(d, left);
      const auto part = [&](V filtered)
                            HWY_ATTR { return magnitudes(hn::IfThenElseZero(mask, filtered)); };
      none = hn::Add(none, part(at.here));
      sub = hn::Add(sub, part(at.filtered<RowFilter::kSub>()));
      up = hn::Add(up, part(at.filtered<RowFilter::kUp>()));
      avg = hn::Add(avg, part(at.filtered<RowFilter::kAverage>()));
      pae = hn::Add(pae, part(at.filtered<RowFilter::kPaeth>()));
    }
  }
  sums[0] = hn::GetLane(hn::SumOfLanes(d64, none));
  sums[1] = hn::GetLane(hn::SumOfLanes(d64, sub));
  sums[2] = hn::GetLane(hn::SumOfLanes(d64, up));
  sums[3] = hn::GetLane(hn::SumOfLanes(d64, avg));
  sums[4] = hn::GetLane(hn::SumOfLanes(d64, pae));
}

}  // namespace
}  // namespace albumen::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace albumen {

HWY_EXPORT(filter_one_row);
HWY_EXPORT(sum_magnitudes);

void filter_row(RowFilter filter, const RowPair& rows, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(filter_one_row)(filter, rows, out);
}

std::array<std::uint64_t, kRowFilterCount> filter_magnitudes(const RowPair& rows) {
  std::array<std::uint64_t, kRowFilterCount> sums{};
  HWY_DYNAMIC_DISPATCH(sum_magnitudes)(rows, sums.data());
  return sums;
}

RowFilter least_filter(const RowPair& rows) {
  const auto sums = filter_magnitudes(rows);
  const auto least = std::ranges::min_element(sums) - sums.begin();
  return static_cast<RowFilter>(least);
}

}  // namespace albumen
#endif
