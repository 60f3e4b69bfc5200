// SPDX-License-Identifier: Apache-2.0
#include "entropy/huffman_table.h"

#include <algorithm>

namespace albumen {
namespace {

constexpr int kLargestSize = 15;  // bits of a coefficient; T.81 needs 11 at 8 bits a sample

}  // namespace

bool HuffmanTable::build(std::span<const std::byte> counts, std::span<const std::byte> symbols,
                         bool is_dc) {
  built_ = false;
  if (counts.size() != kLongestCode || symbols.size() > symbols_.size()) {
    return false;
  }
  entries_.fill(Entry{});
  limits_.fill(0);
  offsets_.fill(0);
  std::uint32_t code = 0;
  std::size_t next = 0;
  for (int bits = 1; bits <= kLongestCode; ++bits) {
    const auto count = std::to_integer<std::uint32_t>(counts[static_cast<std::size_t>(bits) - 1]);
    // All ones are no code (T.81, C.2): libjpeg refuses a table that has one.
    if (next + count > symbols.size() ||
        (count > 0 && code + count >= (1U << static_cast<unsigned>(bits)))) {
      return false;
    }
    offsets_[static_cast<std::size_t>(bits)] =
        static_cast<std::int32_t>(next) - static_cast<std::int32_t>(code);
    for (std::uint32_t at = 0; at < count; ++at, ++next, ++code) {
      const auto symbol = std::to_integer<std::uint8_t>(symbols[next]);
      if (size_of(symbol, is_dc) > kLargestSize) {
        return false;
      }
      symbols_[next] = symbol;
      enter(code, bits, symbol, is_dc);
    }
    limits_[static_cast<std::size_t>(bits)] = code << static_cast<unsigned>(kLongestCode - bits);
    code <<= 1U;
  }
  built_ = next == symbols.size() && next > 0;
  return built_;
}

// Every continuation of the code to kPeekBits bits gets its entry.
void HuffmanTable::enter(std::uint32_t code, int bits, std::uint8_t symbol, bool is_dc) {
  if (bits > kPeekBits) {
    return;
  }
  const int free_bits = kPeekBits - bits;
  const int size = size_of(symbol, is_dc);
  const std::size_t first = std::size_t{code} << static_cast<unsigned>(free_bits);
  for (std::size_t rest = 0; rest < (std::size_t{1} << static_cast<unsigned>(free_bits)); ++rest) {
    Entry& entry = entries_[first + rest];
    if (size > free_bits) {
      entry = Entry{bits * 256 + symbol, kUnfinished, 0};
    } else {
      const auto raw = static_cast<unsigned>(rest >> static_cast<unsigned>(free_bits - size));
      entry = Entry{extend(raw, size), is_dc ? 0 : advance_of(symbol), bits + size};
    }
  }
}

HuffmanTable::LongCode HuffmanTable::find_long(std::uint64_t next_bits_on_top) const {
  const auto top = static_cast<std::uint32_t>(next_bits_on_top >> (64 - kLongestCode));
  for (int bits = kPeekBits + 1; bits <= kLongestCode; ++bits) {
    const auto length = static_cast<std::size_t>(bits);
    if (top < limits_[length]) {
      const std::uint32_t code = top >> static_cast<unsigned>(kLongestCode - bits);
      const auto at = static_cast<std::int32_t>(code) + offsets_[length];
      return {.bits = bits, .symbol = symbols_[static_cast<std::size_t>(at)]};
    }
  }
  return {};
}

}  // namespace albumen
