// SPDX-License-Identifier: Apache-2.0
#include "encode/jpeg/internal/scan_rewriter.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "entropy/bit_reader.h"
#include "entropy/markers.h"
#include "entropy/restarts.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "encode/jpeg/scan_rewriter.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once per target.
#include <hwy/highway.h>

#include "entropy/block_reader-inl.h"

#ifndef ALBUMEN_ENCODE_SCAN_REWRITER_STATE_
#define ALBUMEN_ENCODE_SCAN_REWRITER_STATE_

namespace albumen {
namespace {

/// Blocks of a component in one line of MCUs.
std::size_t line_blocks(const ScanRewrite& scan, const RewriteComponent& component) {
  return std::size_t{scan.mcus.width} * component.across * component.down;
}

/// How far a scan is read.
struct ReadState {
  BitReader bits;
  Restarts restarts;
  std::array<int, 3> dc{};
};

/// How far one is written.
struct WriteState {
  ScanWriter bits;
  std::array<int, 3> dc{};
};

}  // namespace
}  // namespace albumen
#endif

HWY_BEFORE_NAMESPACE();

namespace albumen::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

constexpr auto kLargestAcSize = static_cast<unsigned>(std::bit_width(unsigned{kMostAc}));
constexpr unsigned kEndOfBlockSymbol = 0x00;
constexpr unsigned kSixteenZerosSymbol = 0xF0;

/// Coefficients where they are to be, over zeros.
class CoefficientBlock {
 public:
  HWY_INLINE explicit CoefficientBlock(std::int16_t* out) : out_(out) {}

  HWY_INLINE void start(int value) { out_[0] = static_cast<std::int16_t>(value); }

  HWY_INLINE void add(unsigned position, int value) {
    out_[position] = static_cast<std::int16_t>(out_[position] + value);
  }

  // The later first: where it is the same, it is nothing.
  HWY_INLINE void add_two(unsigned position, int value, unsigned later, int later_value) {
    out_[later] = static_cast<std::int16_t>(later_value);
    out_[position] = static_cast<std::int16_t>(value);
  }

 private:
  std::int16_t* out_;
};

/// Where the blocks of a component's line lie, one row of blocks behind the other.
HWY_INLINE std::size_t block_at(const ScanRewrite& scan, const RewriteComponent& component,
                                std::uint32_t x, std::uint32_t down) {
  return (std::size_t{down} * scan.mcus.width * component.across) + x;
}

bool read_line(const ScanRewrite& scan, ReadState& state, std::int16_t* line) {
  BitReader bits = state.bits;
  for (std::uint32_t mcu = 0; mcu < scan.mcus.width; ++mcu) {
    if (state.restarts.is_due()) {
      if (bits.next_marker() != state.restarts.next_code()) {
        return false;
      }
      state.dc = {};
    }
    std::int16_t* blocks = line;
    for (std::size_t index = 0; index < scan.component_count; ++index) {
      const RewriteComponent& component = scan.components[index];
      for (std::uint32_t down = 0; down < component.down; ++down) {
        for (std::uint32_t across = 0; across < component.across; ++across) {
          const std::size_t at = block_at(scan, component, (mcu * component.across) + across, down);
          CoefficientBlock block{blocks + (at * kBlockCoefficients)};
          if (!read_block(bits, component.from, state.dc[index], block)) {
            return false;
          }
        }
      }
      blocks += line_blocks(scan, component) * kBlockCoefficients;
    }
  }
  state.bits = bits;
  return !bits.overdrawn();
}

/// Which coefficients of a block are not zero, from the lowest bit up.
HWY_INLINE std::uint64_t nonzero(const std::int16_t* block) {
  const hn::CappedTag<std::int16_t, 32> d;
  const std::size_t lanes = hn::Lanes(d);
  std::uint64_t mask = 0;
  for (std::size_t at = 0; at < kBlockCoefficients; at += lanes) {
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, hn::Ne(hn::LoadU(d, block + at), hn::Zero(d)), bits);
    std::uint64_t part = 0;
    std::memcpy(&part, bits, sizeof(part));
    if constexpr (std::endian::native == std::endian::big) {
      part = __builtin_bswap64(part);
    }
    mask |= part << at;
  }
  return mask;
}

/// Size of a coefficient, and its bits: those of a negative one are of the number below (T.81,
/// F.1.2.1).
struct Sized {
  unsigned size = 0;
  std::uint32_t bits = 0;
};

HWY_INLINE Sized sized(int value) {
  const int sign = value >> 31;
  const auto magnitude = static_cast<std::uint32_t>((value ^ sign) - sign);
  const auto size = static_cast<unsigned>(std::bit_width(magnitude));
  return {.size = size, .bits = static_cast<std::uint32_t>(value + sign) & ((1U << size) - 1)};
}

/// False where a coefficient is larger than a baseline scan can say: as fits_baseline, without a
/// pass of its own.
HWY_INLINE bool write_block(ScanWriter& out, const RewriteComponent& component,
                            const std::int16_t* block, int& dc) {
  if (HWY_UNLIKELY(block[0] < kLeastDc || block[0] > kMostDc)) {
    return false;
  }
  const Sized difference = sized(block[0] - dc);
  dc = block[0];
  out.put(component.dc->word(difference.size), difference.bits, difference.size);
  std::uint64_t left = nonzero(block) & ~std::uint64_t{1};
  unsigned behind = 1;
  while (left != 0) {
    const auto position = static_cast<unsigned>(std::countr_zero(left));
    left &= left - 1;
    unsigned run = position - behind;
    for (; HWY_UNLIKELY(run > 15); run -= 16) {
      out.put(component.ac->word(kSixteenZerosSymbol));
    }
    const Sized value = sized(block[position]);
    if (HWY_UNLIKELY(value.size > kLargestAcSize)) {
      return false;
    }
    out.put(component.ac->word((run << 4U) | value.size), value.bits, value.size);
    behind = position + 1;
  }
  if (behind <= kLastPosition) {
    out.put(component.ac->word(kEndOfBlockSymbol));
  }
  out.settle();
  return true;
}

/// Writes the blocks that a component has in the MCU at `at`; `blocks` are its of that line. False
/// as write_block, and where `end` is near.
HWY_INLINE bool write_component(ScanWriter& out, const ScanRewrite& scan,
                                const RewriteComponent& component, Size at,
                                const std::int16_t* blocks, int& dc, const std::uint8_t* end) {
  // 64 coefficients of at most 27 bits a block, each byte of which may be stuffed.
  constexpr std::ptrdiff_t kMostBlockBytes = 2 * kBlockCoefficients * 27 / 8;
  for (std::uint32_t down = 0; down < component.down; ++down) {
    for (std::uint32_t across = 0; across < component.across; ++across) {
      if (HWY_UNLIKELY(end - out.next() < kMostBlockBytes + std::ptrdiff_t{ScanWriter::kSlack})) {
        return false;
      }
      const std::uint32_t x = (at.width * component.across) + across;
      const std::uint32_t y = (at.height * component.down) + down;
      if (x >= component.blocks.width || y >= component.blocks.height) {
        // As the one before it: no difference, no coefficients.
        out.put(component.dc->word(0));
        out.put(component.ac->word(kEndOfBlockSymbol));
        out.settle();
        continue;
      }
      const std::size_t place = block_at(scan, component, x, down);
      if (!write_block(out, component, blocks + (place * kBlockCoefficients), dc)) {
        return false;
      }
    }
  }
  return true;
}

/// Writes line `y` of MCUs. False as write_component.
bool write_line(const ScanRewrite& scan, std::uint32_t y, const std::int16_t* line,
                WriteState& state, const std::uint8_t* end) {
  ScanWriter out = state.bits;
  for (std::uint32_t x = 0; x < scan.mcus.width; ++x) {
    const std::int16_t* blocks = line;
    for (std::size_t index = 0; index < scan.component_count; ++index) {
      const RewriteComponent& component = scan.components[index];
      if (!write_component(out, scan, component, {.width = x, .height = y}, blocks, state.dc[index],
                           end)) {
        return false;
      }
      blocks += line_blocks(scan, component) * kBlockCoefficients;
    }
  }
  state.bits = out;
  return true;
}

}  // namespace
}  // namespace albumen::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace albumen {

HWY_EXPORT(read_line);
HWY_EXPORT(write_line);

namespace {

void round_line(const ScanRewrite& scan, std::int16_t* line) {
  for (std::size_t index = 0; index < scan.component_count; ++index) {
    const RewriteComponent& component = scan.components[index];
    const std::size_t blocks = line_blocks(scan, component);
    if (!component.rounding.keeps_all) {
      requantise(line, blocks, component.rounding.ratios);
    }
    line += blocks * kBlockCoefficients;
  }
}

}  // namespace

std::size_t line_coefficients(const ScanRewrite& scan) {
  std::size_t blocks = 0;
  for (std::size_t index = 0; index < scan.component_count; ++index) {
    blocks += line_blocks(scan, scan.components[index]);
  }
  return blocks * kBlockCoefficients;
}

Result<std::size_t> rewrite_scan(const ScanRewrite& scan, std::span<std::int16_t> line,
                                 std::span<std::uint8_t> out, ByteSink& sink) {
  ReadState from{.bits = BitReader{scan.data}, .restarts = Restarts{scan.restart_interval}};
  WriteState to{.bits = ScanWriter{out.data()}};
  for (std::uint32_t y = 0; y < scan.mcus.height; ++y) {
    std::ranges::fill(line, std::int16_t{0});
    if (!HWY_DYNAMIC_DISPATCH(read_line)(scan, from, line.data())) {
      return std::size_t{0};
    }
    round_line(scan, line.data());
    if (!HWY_DYNAMIC_DISPATCH(write_line)(scan, y, line.data(), to, out.data() + out.size())) {
      return std::size_t{0};
    }
    TRY(sink.write({}));
  }
  if (from.bits.next_marker() != kJpegEoi) {
    return std::size_t{0};
  }
  to.bits.finish();
  return static_cast<std::size_t>(to.bits.next() - out.data());
}

}  // namespace albumen
#endif
