// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/internal/plain_scan.h"

#include <cstring>
#include <hwy/base.h>

#include "decode/jpeg/internal/bit_reader.h"
#include "decode/jpeg/internal/scaled_basis.h"
#include "decode/jpeg/jpeg_markers.h"

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

HWY_BEFORE_NAMESPACE();

namespace albumen::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

constexpr unsigned kLastPosition = 63;

/// The samples of one block while its coefficients are added up, with kBasisBits behind the point.
template <int kSide>
class BlockSum {
  using D = hn::CappedTag<std::int32_t, (kSide <= 2 ? 4 : 16)>;
  using D8 = hn::Rebind<std::uint8_t, D>;
  static constexpr std::size_t kSamples = basis_samples(kSide);
  static constexpr std::size_t kLanes = hn::MaxLanes(D());
  static constexpr std::size_t kVectors = kSamples / kLanes;

 public:
  HWY_INLINE void start(int coefficient, const std::int32_t* picture) {
    // A sample is stored as its distance from 128; the half is for rounding.
    constexpr std::int32_t kBias = (128 << kBasisBits) + (1 << (kBasisBits - 1));
    for (std::size_t at = 0; at < kVectors; ++at) {
      sums_[at] = hn::Set(D(), kBias);
    }
    accumulate(coefficient, picture);
  }

  HWY_INLINE void add(int coefficient, const std::int32_t* picture) {
    if (kSide == 1) {
      return;  // the mean of the block is its first coefficient alone
    }
    accumulate(coefficient, picture);
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
  hn::Vec<D> sums_[kVectors];
};

/// What one code word means, and how many bits it takes with what belongs to it.
struct Step {
  int value = 0;
  unsigned advance = 0;
  int bits = 0;  // 0: no code begins like this
};

// What did not fit one look-up: a long code, or a short one before a long coefficient. Takes the
// bits by value, so that the reader stays in registers.
HWY_NOINLINE Step long_step(std::uint64_t top, const HuffmanTable& table, HuffmanTable::Entry entry,
                            bool is_dc) {
  auto symbol = static_cast<std::uint8_t>(entry.value() & 0xFF);
  int code_bits = entry.value() >> 8;
  if (code_bits == 0) {
    const HuffmanTable::LongCode found = table.find_long(top);
    if (found.bits == 0) {
      return {};
    }
    symbol = found.symbol;
    code_bits = found.bits;
  }
  const int size = size_of(symbol, is_dc);
  const auto raw = first_bits(top << static_cast<unsigned>(code_bits), size);
  return {.value = extend(raw, size), .advance = advance_of(symbol), .bits = code_bits + size};
}

/// How far the AC coefficients of one block are read.
struct AcWalk {
  enum class State : std::uint8_t { kGoesOn, kAtSpecial, kEnded };

  unsigned position = 0;  // of the last coefficient
  State state = State::kGoesOn;
};

/// Takes up to `kCount` look-ups, up to the block's end, the last position or a symbol that needs
/// more than a look-up; what is met there is not yet taken, but for the end.
template <int kCount, int kSide>
HWY_INLINE void take_ordinary(BitReader& bits, const PlainComponent& component,
                              BlockSum<kSide>& sum, AcWalk& walk) {
  const std::int32_t* const basis = component.basis;
  for (int count = 0; count < kCount; ++count) {
    const PairTable::Entry entry = component.pairs->look_up(bits.top());
    const unsigned first = walk.position + entry.first_advance();
    const unsigned next = walk.position + entry.advance();
    if (next >= kLastPosition) {
      walk.state = AcWalk::State::kAtSpecial;
      if (HWY_LIKELY(entry.ends_block() && first < kLastPosition)) {
        bits.skip(entry.word());
        sum.add(entry.first_value(), basis + (first * basis_samples(kSide)));
        walk.state = AcWalk::State::kEnded;
      }
      return;
    }
    bits.skip(entry.word());
    sum.add(entry.first_value(), basis + (first * basis_samples(kSide)));
    sum.add(entry.second_value(), basis + (next * basis_samples(kSide)));
    walk.position = next;
  }
}

/// Takes one symbol of any kind. False for data that no encoder writes.
template <int kSide>
HWY_INLINE bool take_special(BitReader& bits, const PlainComponent& component, BlockSum<kSide>& sum,
                             AcWalk& walk) {
  bits.refill();
  const HuffmanTable::Entry entry = component.ac->look_up(bits.top());
  Step step{.value = entry.value(), .advance = entry.advance(), .bits = entry.bits()};
  if (step.bits == 0) {
    step = long_step(bits.top(), *component.ac, entry, false);
  }
  bits.skip(static_cast<std::uint32_t>(step.bits));
  if (step.bits == 0 ||
      (step.advance != HuffmanTable::kEndOfBlock && walk.position + step.advance > kLastPosition)) {
    return false;
  }
  walk.state = AcWalk::State::kEnded;
  if (step.advance != HuffmanTable::kEndOfBlock) {
    walk.position += step.advance;
    sum.add(step.value, component.basis + (walk.position * basis_samples(kSide)));
    if (walk.position != kLastPosition) {
      walk.state = AcWalk::State::kGoesOn;
    }
  }
  return true;
}

/// Decodes one block; writes it unless `samples` is null. False for data that no encoder writes.
template <int kSide>
BLOCK_INLINE bool decode_block(BitReader& bits, const PlainComponent& component, int& dc,
                               std::uint8_t* samples) {
  constexpr int kLargestDc = 1 << 15;
  constexpr int kLookUps = BitReader::kRefilled / HuffmanTable::kPeekBits;
  bits.refill();
  const HuffmanTable::Entry first = component.dc->look_up(bits.top());
  Step step{.value = first.value(), .advance = 0, .bits = first.bits()};
  if (HWY_UNLIKELY(first.bits() == 0)) {
    step = long_step(bits.top(), *component.dc, first, true);
  }
  bits.skip(static_cast<std::uint32_t>(step.bits));
  dc += step.value;
  if (HWY_UNLIKELY(step.bits == 0 || dc >= kLargestDc || dc < -kLargestDc)) {
    return false;
  }
  BlockSum<kSide> sum;
  sum.start(dc, component.basis);
  AcWalk walk;
  if (HWY_LIKELY(first.bits() != 0)) {
    take_ordinary<kLookUps - 1>(bits, component, sum, walk);
  }
  while (true) {
    while (walk.state == AcWalk::State::kGoesOn) {
      bits.refill();
      take_ordinary<kLookUps>(bits, component, sum, walk);
    }
    if (HWY_LIKELY(walk.state == AcWalk::State::kEnded)) {
      break;
    }
    if (HWY_UNLIKELY(!take_special(bits, component, sum, walk))) {
      return false;
    }
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
  constexpr std::uint8_t kRestartCodes = kJpegRst7 - kJpegRst0 + 1;
  BitReader bits{scan.data};
  int dc[3] = {};
  std::uint32_t until_restart = scan.restart_interval;
  std::uint8_t restarts = 0;
  for (std::uint32_t y = 0; y < scan.mcus.height; ++y) {
    for (std::uint32_t x = 0; x < scan.mcus.width; ++x) {
      if (scan.restart_interval != 0 && until_restart-- == 0) {
        if (bits.next_marker() != kJpegRst0 + restarts) {
          return false;
        }
        restarts = static_cast<std::uint8_t>((restarts + 1) % kRestartCodes);
        until_restart = scan.restart_interval - 1;
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
