// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/internal/plain_scan.h"

#include <cstring>
#include <hwy/base.h>

#include "decode/jpeg/internal/scaled_basis.h"
#include "entropy/bit_reader.h"
#include "entropy/markers.h"
#include "entropy/restarts.h"

// A block is decoded inline: a call would put the reader's bits into memory and cost a tenth of all
// time. With a sanitizer's checks in it that takes a compiler minutes, so there it is a call, and
// there are fewer targets.
#undef BLOCK_INLINE
#if HWY_IS_ASAN || HWY_IS_TSAN || HWY_IS_MSAN
#define BLOCK_INLINE HWY_NOINLINE
#define SKIPPED_TARGETS (HWY_SSSE3 | HWY_SSE4)
#else
#define BLOCK_INLINE HWY_INLINE
#define SKIPPED_TARGETS 0
#endif
// Vectors of unknown length (SVE, RISC-V) cannot be kept in an array.
#define HWY_DISABLED_TARGETS \
  (SKIPPED_TARGETS | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
// The portable target needs vectors too. Highway avoids its emulated ones on GCC below 12.3 because
// of GCC bug 106322 (a wrong high product), and there is no high product here.
#undef HWY_BROKEN_EMU128
#define HWY_BROKEN_EMU128 0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "decode/jpeg/plain_scan.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once per target.
#include <hwy/highway.h>

#include "entropy/block_reader-inl.h"

HWY_BEFORE_NAMESPACE();

namespace albumen::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

/// The samples of one block while its coefficients are added up, with kBasisBits behind the point.
template <int kSide>
class BlockSum {
  using D = hn::CappedTag<std::int32_t, (kSide <= 2 ? 4 : 16)>;
  using D8 = hn::Rebind<std::uint8_t, D>;
  static constexpr std::size_t kSamples = basis_samples(kSide);
  static constexpr std::size_t kLanes = hn::MaxLanes(D());
  static constexpr std::size_t kVectors = kSamples / kLanes;

 public:
  /// `basis`: the picture of each coefficient, as make_scaled_basis writes them.
  HWY_INLINE explicit BlockSum(const std::int32_t* basis) : basis_(basis) {}

  HWY_INLINE void start(int coefficient) {
    // A sample is stored as its distance from 128; the half is for rounding.
    constexpr std::int32_t kBias = (128 << kBasisBits) + (1 << (kBasisBits - 1));
    for (std::size_t at = 0; at < kVectors; ++at) {
      sums_[at] = hn::Set(D(), kBias);
    }
    accumulate(coefficient, basis_);
  }

  HWY_INLINE void add(unsigned position, int coefficient) {
    if (kSide == 1) {
      return;  // the mean of the block is its first coefficient alone
    }
    accumulate(coefficient, basis_ + (position * basis_samples(kSide)));
  }

  HWY_INLINE void add_two(unsigned position, int coefficient, unsigned later, int later_one) {
    add(position, coefficient);
    add(later, later_one);
  }

  HWY_INLINE void accumulate(int coefficient, const std::int32_t* picture) {
    const auto factor = hn::Set(D(), coefficient);
    for (std::size_t at = 0; at < kVectors; ++at) {
      // Wraps in damaged files, whose samples may be anything.
      sums_[at] = hn::Add(sums_[at], hn::Mul(factor, hn::LoadU(D(), picture + (at * kLanes))));
    }
  }

  HWY_INLINE void write(std::uint8_t* samples, std::size_t stride) const {
    HWY_ALIGN std::uint8_t block[kSamples];
    for (std::size_t at = 0; at < kVectors; ++at) {
      const auto rounded = hn::ShiftRight<kBasisBits>(sums_[at]);
      hn::StoreU(hn::DemoteTo(D8(), rounded), D8(), block + (at * kLanes));
    }
    for (int row = 0; row < kSide; ++row) {
      std::memcpy(samples + (static_cast<std::size_t>(row) * stride), block + (row * kSide), kSide);
    }
  }

 private:
  const std::int32_t* basis_;
  hn::Vec<D> sums_[kVectors];
};

/// Decodes one block; writes it unless `samples` is null. False for data that no encoder writes.
template <int kSide>
BLOCK_INLINE bool decode_block(BitReader& bits, const PlainComponent& component, int& dc,
                               std::uint8_t* samples) {
  BlockSum<kSide> sum{component.basis};
  if (!read_block(bits, component.codes, dc, sum)) {
    return false;
  }
  if (samples != nullptr) {
    sum.write(samples, component.stride);
  }
  return true;
}

HWY_INLINE bool decode_sized(BitReader& bits, const PlainComponent& component, int& dc,
                             std::uint8_t* samples) {
  switch (component.side) {
    case 1:
      return decode_block<1>(bits, component, dc, samples);
    case 2:
      return decode_block<2>(bits, component, dc, samples);
    case 3:
      return decode_block<3>(bits, component, dc, samples);
    case 4:
      return decode_block<4>(bits, component, dc, samples);
    case 5:
      return decode_block<5>(bits, component, dc, samples);
    case 6:
      return decode_block<6>(bits, component, dc, samples);
    case 7:
      return decode_block<7>(bits, component, dc, samples);
    default:
      return decode_block<8>(bits, component, dc, samples);
  }
}

HWY_INLINE bool decode_mcu(BitReader& bits, const PlainScan& scan, Size at, int* dc) {
  for (std::size_t index = 0; index < scan.component_count; ++index) {
    const PlainComponent& component = scan.components[index];
    const auto side = static_cast<std::size_t>(component.side);
    for (std::uint32_t down = 0; down < component.down; ++down) {
      const std::uint32_t y = (at.height * component.down) + down;
      std::uint8_t* const row = component.samples + (y * side * component.stride);
      for (std::uint32_t across = 0; across < component.across; ++across) {
        const std::uint32_t x = (at.width * component.across) + across;
        const bool inside = x < component.blocks.width && y < component.blocks.height;
        if (!decode_sized(bits, component, dc[index], inside ? row + (x * side) : nullptr)) {
          return false;
        }
      }
    }
  }
  return true;
}

bool decode_scan(const PlainScan& scan) {
  BitReader bits{scan.data};
  int dc[3] = {};
  Restarts restarts{scan.restart_interval};
  for (std::uint32_t y = 0; y < scan.mcus.height; ++y) {
    for (std::uint32_t x = 0; x < scan.mcus.width; ++x) {
      if (restarts.is_due()) {
        if (bits.next_marker() != restarts.next_code()) {
          return false;
        }
        dc[0] = dc[1] = dc[2] = 0;
      }
      if (!decode_mcu(bits, scan, {.width = x, .height = y}, dc)) {
        return false;
      }
    }
    // Once a row: zeros after the end are blocks too.
    if (bits.overdrawn() || !scan.watch->may_go_on()) {
      return false;
    }
  }
  return bits.next_marker() == kJpegEoi;
}

}  // namespace
}  // namespace albumen::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace albumen {

HWY_EXPORT(decode_scan);

bool decode_plain_scan(const PlainScan& scan) { return HWY_DYNAMIC_DISPATCH(decode_scan)(scan); }

}  // namespace albumen
#endif
