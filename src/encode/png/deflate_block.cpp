// SPDX-License-Identifier: Apache-2.0
#include "encode/png/deflate_block.h"

#include <algorithm>
#include <array>
#include <bit>

#include "core/check.h"
#include "encode/png/prefix_code.h"

namespace albumen {
namespace {

constexpr std::size_t kEndOfBlock = 256;
constexpr std::size_t kLiteralSymbols = 286;
constexpr std::size_t kDistanceSymbols = 30;
constexpr std::size_t kPrecodeSymbols = 19;
// Four literals between two flushes of the bit writer.
constexpr unsigned kLongestLiteralCode = BitWriter::kBitsBetweenFlushes / 4;
constexpr unsigned kLongestPrecode = 7;
constexpr std::size_t kMostStored = 65535;
// RFC 1951, section 3.2.7.
constexpr std::array<std::uint8_t, kPrecodeSymbols> kPrecodeOrder{
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

/// A symbol and the bits behind it that say which of its values.
struct Slot {
  std::uint8_t symbol = 0;  ///< counted from the first of its kind
  std::uint8_t extra_bits = 0;
  std::uint16_t base = 0;
};

// RFC 1951, section 3.2.5: lengths 3..258.
constexpr std::array<Slot, kLongestMatch + 1> make_length_slots() {
  std::array<Slot, kLongestMatch + 1> slots{};
  std::size_t length = kShortestMatch;
  for (std::uint8_t symbol = 0; symbol < 28; ++symbol) {
    const auto extra = static_cast<std::uint8_t>(symbol < 8 ? 0 : (symbol / 4) - 1);
    const auto base = static_cast<std::uint16_t>(length);
    for (std::size_t i = 0; i < (std::size_t{1} << extra) && length <= kLongestMatch; ++i) {
      slots[length++] = {.symbol = symbol, .extra_bits = extra, .base = base};
    }
  }
  slots[kLongestMatch] = {.symbol = 28, .extra_bits = 0, .base = kLongestMatch};
  return slots;
}

constexpr auto kLengthSlots = make_length_slots();

// Two symbols for each power of two, from distance 5 on.
Slot distance_slot(unsigned distance_less_1) {
  if (distance_less_1 < 4) {
    return {.symbol = static_cast<std::uint8_t>(distance_less_1),
            .extra_bits = 0,
            .base = static_cast<std::uint16_t>(distance_less_1)};
  }
  const auto top = static_cast<unsigned>(std::bit_width(distance_less_1)) - 1;
  const unsigned half = (distance_less_1 >> (top - 1)) & 1U;
  return {.symbol = static_cast<std::uint8_t>((2 * top) + half),
          .extra_bits = static_cast<std::uint8_t>(top - 1),
          .base = static_cast<std::uint16_t>((2 + half) << (top - 1))};
}

struct Code {
  std::uint16_t bits = 0;
  std::uint8_t length = 0;
};

template <std::size_t N>
struct CodeTable {
  std::array<std::uint32_t, N> counts{};
  std::array<std::uint8_t, N> lengths{};
  std::array<Code, N> codes{};

  void build(unsigned limit) {
    choose_code_lengths(counts, limit, lengths);
    std::array<std::uint16_t, N> bits{};
    assign_codes(lengths, bits);
    for (std::size_t i = 0; i < N; ++i) {
      codes[i] = {.bits = bits[i], .length = lengths[i]};
    }
  }

  [[nodiscard]] std::uint64_t total_bits() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < N; ++i) {
      sum += std::uint64_t{counts[i]} * lengths[i];
    }
    return sum;
  }

  void put(BitWriter& out, std::size_t symbol) const {
    out.put(codes[symbol].bits, codes[symbol].length);
  }
};

using LiteralTable = CodeTable<kLiteralSymbols>;
using DistanceTable = CodeTable<kDistanceSymbols>;

/// One symbol of the code that describes the code lengths.
struct LengthSymbol {
  std::uint8_t symbol = 0;
  std::uint8_t extra_bits = 0;
  std::uint8_t extra = 0;
};

/// The head of a block: how its codes are described.
class BlockHead {
 public:
  BlockHead(const LiteralTable& literals, const DistanceTable& distances) {
    literal_count_ = used(literals.lengths, 257);
    distance_count_ = used(distances.lengths, 1);
    std::array<std::uint8_t, kLiteralSymbols + kDistanceSymbols> all{};
    auto* const behind = std::copy_n(literals.lengths.data(), literal_count_, all.data());
    std::copy_n(distances.lengths.data(), distance_count_, behind);
    describe({all.data(), literal_count_ + distance_count_});
    for (std::size_t i = 0; i < symbol_count_; ++i) {
      ++precode_.counts[symbols_[i].symbol];
    }
    precode_.build(kLongestPrecode);
    while (precode_count_ > 4 && precode_.lengths[kPrecodeOrder[precode_count_ - 1]] == 0) {
      --precode_count_;
    }
  }

  [[nodiscard]] std::uint64_t bits() const {
    std::uint64_t sum = 3 + 5 + 5 + 4 + (3 * precode_count_) + precode_.total_bits();
    for (std::size_t i = 0; i < symbol_count_; ++i) {
      sum += symbols_[i].extra_bits;
    }
    return sum;
  }

  void write(BitWriter& out, bool last) const {
    out.put(last ? 1 : 0, 1);
    out.put(2, 2);
    out.put(literal_count_ - 257, 5);
    out.put(distance_count_ - 1, 5);
    out.put(precode_count_ - 4, 4);
    out.flush();
    for (std::size_t i = 0; i < precode_count_; ++i) {
      out.put(precode_.lengths[kPrecodeOrder[i]], 3);
      out.flush();
    }
    for (std::size_t i = 0; i < symbol_count_; ++i) {
      precode_.put(out, symbols_[i].symbol);
      out.put(symbols_[i].extra, symbols_[i].extra_bits);
      out.flush();
    }
  }

 private:
  static std::size_t used(std::span<const std::uint8_t> lengths, std::size_t least) {
    std::size_t count = lengths.size();
    while (count > least && lengths[count - 1] == 0) {
      --count;
    }
    return count;
  }

  void add(unsigned symbol, unsigned extra_bits, std::size_t extra) {
    symbols_[symbol_count_++] = {.symbol = static_cast<std::uint8_t>(symbol),
                                 .extra_bits = static_cast<std::uint8_t>(extra_bits),
                                 .extra = static_cast<std::uint8_t>(extra)};
  }

  // Run lengths: 16 repeats the last length 3..6 times, 17 and 18 are 3..10 and 11..138 zeros.
  void describe(std::span<const std::uint8_t> lengths) {
    for (std::size_t i = 0; i < lengths.size();) {
      const std::uint8_t value = lengths[i];
      std::size_t run = 1;
      while (i + run < lengths.size() && lengths[i + run] == value) {
        ++run;
      }
      i += run;
      if (value != 0) {
        add(value, 0, 0);
        --run;
      }
      while (run >= 3) {
        const std::size_t most = value != 0 ? 6 : 138;
        const std::size_t part = std::min(run, most);
        if (value != 0) {
          add(16, 2, part - 3);
        } else if (part <= 10) {
          add(17, 3, part - 3);
        } else {
          add(18, 7, part - 11);
        }
        run -= part;
      }
      for (; run > 0; --run) {
        add(value, 0, 0);
      }
    }
  }

  std::size_t literal_count_ = 0;
  std::size_t distance_count_ = 0;
  std::size_t precode_count_ = kPrecodeSymbols;
  std::array<LengthSymbol, kLiteralSymbols + kDistanceSymbols> symbols_{};
  std::size_t symbol_count_ = 0;
  CodeTable<kPrecodeSymbols> precode_;
};

std::uint64_t count_symbols(const BlockToWrite& block, LiteralTable& literals,
                            DistanceTable& distances) {
  ByteCounts counts = block.counts;
  std::uint64_t extra_bits = 0;
  for (const Match& match : block.matches) {
    for (const std::uint8_t byte : block.bytes.subspan(match.position, match.length)) {
      --counts[byte];
    }
    const Slot length = kLengthSlots[match.length];
    const Slot distance = distance_slot(match.distance_less_1);
    ++literals.counts[kEndOfBlock + 1 + length.symbol];
    ++distances.counts[distance.symbol];
    extra_bits += length.extra_bits + distance.extra_bits;
  }
  std::ranges::copy(counts, literals.counts.begin());
  literals.counts[kEndOfBlock] = 1;
  return extra_bits;
}

void write_literals(BitWriter& out, const LiteralTable& table, const std::uint8_t* byte,
                    const std::uint8_t* end) {
  const Code* const codes = table.codes.data();
  for (; end - byte >= 4; byte += 4) {
    const Code a = codes[byte[0]];
    const Code b = codes[byte[1]];
    const Code c = codes[byte[2]];
    const Code d = codes[byte[3]];
    // Joined in pairs first: the writer's own count is the longest chain of this loop.
    out.put(a.bits | (std::uint64_t{b.bits} << a.length), unsigned{a.length} + b.length);
    out.put(c.bits | (std::uint64_t{d.bits} << c.length), unsigned{c.length} + d.length);
    out.flush();
  }
  for (; byte < end; ++byte) {
    table.put(out, *byte);
    out.flush();
  }
}

void write_symbols(BitWriter& out, const BlockToWrite& block, const LiteralTable& literals,
                   const DistanceTable& distances) {
  const std::uint8_t* next = block.bytes.data();
  for (const Match& match : block.matches) {
    const std::uint8_t* const start = block.bytes.data() + match.position;
    write_literals(out, literals, next, start);
    next = start + match.length;
    const Slot length = kLengthSlots[match.length];
    const Slot distance = distance_slot(match.distance_less_1);
    // At most 14 + 5 + 14 + 13 bits.
    literals.put(out, kEndOfBlock + 1 + length.symbol);
    out.put(match.length - std::size_t{length.base}, length.extra_bits);
    distances.put(out, distance.symbol);
    out.put(static_cast<std::uint64_t>(match.distance_less_1 - distance.base), distance.extra_bits);
    out.flush();
  }
  write_literals(out, literals, next, block.bytes.data() + block.bytes.size());
  literals.put(out, kEndOfBlock);
  out.flush();
}

std::size_t stored_parts(std::size_t size) {
  return std::max<std::size_t>((size + kMostStored - 1) / kMostStored, 1);
}

// At most: up to 7 bits fill the byte of each part's head.
std::uint64_t stored_bits(std::size_t size) { return (8 * size) + (stored_parts(size) * 42); }

void write_stored(BitWriter& out, std::span<const std::uint8_t> bytes, bool last) {
  const std::size_t parts = stored_parts(bytes.size());
  for (std::size_t part = 0; part < parts; ++part) {
    const auto piece =
        bytes.subspan(part * kMostStored, std::min(kMostStored, bytes.size() - part * kMostStored));
    out.put(last && part + 1 == parts ? 1 : 0, 1);
    out.put(0, 2);
    out.align_to_byte();
    out.put(piece.size() | ((~piece.size() & 0xFFFFU) << 16U), 32);
    out.flush();
    out.put_bytes(piece.data(), piece.size());
  }
}

}  // namespace

ByteCounts count_bytes(std::span<const std::uint8_t> bytes) {
  // Four tables: a counter that was just written cannot be read again at once.
  std::array<std::array<std::uint32_t, 256>, 4> parts{};
  const std::uint8_t* byte = bytes.data();
  const std::uint8_t* const end = byte + bytes.size();
  for (; end - byte >= 8; byte += 8) {
    ++parts[0][byte[0]];
    ++parts[1][byte[1]];
    ++parts[2][byte[2]];
    ++parts[3][byte[3]];
    ++parts[0][byte[4]];
    ++parts[1][byte[5]];
    ++parts[2][byte[6]];
    ++parts[3][byte[7]];
  }
  for (; byte < end; ++byte) {
    ++parts[0][*byte];
  }
  ByteCounts counts{};
  for (std::size_t value = 0; value < counts.size(); ++value) {
    counts[value] = parts[0][value] + parts[1][value] + parts[2][value] + parts[3][value];
  }
  return counts;
}

std::size_t most_deflate_block_bytes(std::size_t size) {
  // Up to 7 bits are held from the block before.
  return (stored_bits(size) + 7 + 7) / 8 + BitWriter::kSlack;
}

void write_deflate_block(BitWriter& out, const BlockToWrite& block, bool last) {
  LiteralTable literals;
  DistanceTable distances;
  const std::uint64_t extra_bits = count_symbols(block, literals, distances);
  literals.build(kLongestLiteralCode);
  distances.build(kLongestLiteralCode);
  const BlockHead head{literals, distances};
  if (head.bits() + literals.total_bits() + distances.total_bits() + extra_bits >=
      stored_bits(block.bytes.size())) {
    write_stored(out, block.bytes, last);
    return;
  }
  head.write(out, last);
  write_symbols(out, block, literals, distances);
}

}  // namespace albumen
