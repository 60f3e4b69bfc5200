// SPDX-License-Identifier: Apache-2.0
// The coefficients of one block of a baseline scan (T.81, F.2.2). Inlined into the loops of decode/
// and encode/ whose time is that of this chain of look-ups; they are compiled for each vector
// target, and this with them, by Highway's rules for such headers. Tested through those loops.
#include <cstddef>
#include <cstdint>

#include "entropy/bit_reader.h"
#include "entropy/block_codes.h"

// Once for each target.
#if defined(ALBUMEN_ENTROPY_BLOCK_READER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef ALBUMEN_ENTROPY_BLOCK_READER_INL_H_
#undef ALBUMEN_ENTROPY_BLOCK_READER_INL_H_
#else
#define ALBUMEN_ENTROPY_BLOCK_READER_INL_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace albumen::HWY_NAMESPACE {

/// What one code word means, and how many bits it takes with what belongs to it.
struct CodeStep {
  int value = 0;
  unsigned advance = 0;
  int bits = 0;  ///< 0: no code begins like this
};

/// What did not fit one look-up: a long code, or a short one before a long coefficient. Takes the
/// bits by value, so that the reader stays in registers.
HWY_NOINLINE inline CodeStep long_step(std::uint64_t top, const HuffmanTable& table,
                                       HuffmanTable::Entry entry, bool is_dc) {
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

  unsigned position = 0;  ///< of the last coefficient
  State state = State::kGoesOn;
};

/// Takes up to `kCount` look-ups, up to the block's end, the last position or a symbol that needs
/// more than a look-up; what is met there is not yet taken, but for the end.
template <int kCount, class Block>
HWY_INLINE void take_ordinary(BitReader& bits, const PairTable& pairs, Block& block, AcWalk& walk) {
  for (int count = 0; count < kCount; ++count) {
    const PairTable::Entry entry = pairs.look_up(bits.top());
    const unsigned first = walk.position + entry.first_advance();
    const unsigned next = walk.position + entry.advance();
    if (next >= kLastPosition) {
      walk.state = AcWalk::State::kAtSpecial;
      if (entry.ends_block() && first < kLastPosition) [[likely]] {
        bits.skip(entry.word());
        block.add(first, entry.first_value());
        walk.state = AcWalk::State::kEnded;
      }
      return;
    }
    bits.skip(entry.word());
    block.add_two(first, entry.first_value(), next, entry.second_value());
    walk.position = next;
  }
}

/// Takes one symbol of any kind. False for data that no encoder writes.
template <class Block>
HWY_INLINE bool take_special(BitReader& bits, const HuffmanTable& table, Block& block,
                             AcWalk& walk) {
  bits.refill();
  const HuffmanTable::Entry entry = table.look_up(bits.top());
  CodeStep step{.value = entry.value(), .advance = entry.advance(), .bits = entry.bits()};
  if (step.bits == 0) {
    step = long_step(bits.top(), table, entry, false);
  }
  bits.skip(static_cast<std::uint32_t>(step.bits));
  if (step.bits == 0 ||
      (step.advance != HuffmanTable::kEndOfBlock && walk.position + step.advance > kLastPosition)) {
    return false;
  }
  walk.state = AcWalk::State::kEnded;
  if (step.advance != HuffmanTable::kEndOfBlock) {
    walk.position += step.advance;
    block.add(walk.position, step.value);
    if (walk.position != kLastPosition) {
      walk.state = AcWalk::State::kGoesOn;
    }
  }
  return true;
}

/// Reads one block. Its first coefficient, `dc` with the block's difference added, goes to
/// `block.start(value)`, every other to `block.add(position, value)` - of a position that was told
/// before, the value is 0 then - or to `block.add_two(position, value, later, value)`, with new
/// positions, but where there is one only: then the later is the same, and its value 0. False for
/// data that no encoder writes; what of it went to `block` means nothing then.
template <class Block>
HWY_INLINE bool read_block(BitReader& bits, const BlockCodes& codes, int& dc, Block& block) {
  constexpr int kLargestDc = 1 << 15;
  constexpr int kLookUps = BitReader::kRefilled / HuffmanTable::kPeekBits;
  bits.refill();
  const HuffmanTable::Entry first = codes.dc->look_up(bits.top());
  CodeStep step{.value = first.value(), .advance = 0, .bits = first.bits()};
  if (first.bits() == 0) [[unlikely]] {
    step = long_step(bits.top(), *codes.dc, first, true);
  }
  bits.skip(static_cast<std::uint32_t>(step.bits));
  dc += step.value;
  if (step.bits == 0 || dc >= kLargestDc || dc < -kLargestDc) [[unlikely]] {
    return false;
  }
  block.start(dc);
  AcWalk walk;
  if (first.bits() != 0) [[likely]] {
    take_ordinary<kLookUps - 1>(bits, *codes.pairs, block, walk);
  }
  while (true) {
    while (walk.state == AcWalk::State::kGoesOn) {
      bits.refill();
      take_ordinary<kLookUps>(bits, *codes.pairs, block, walk);
    }
    if (walk.state == AcWalk::State::kEnded) [[likely]] {
      return true;
    }
    if (!take_special(bits, *codes.ac, block, walk)) [[unlikely]] {
      return false;
    }
  }
}

}  // namespace albumen::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#endif
