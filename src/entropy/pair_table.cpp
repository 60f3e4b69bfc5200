// SPDX-License-Identifier: Apache-2.0
#include "entropy/pair_table.h"

namespace albumen {
namespace {

using Single = HuffmanTable::Entry;

}  // namespace

void PairTable::build(const HuffmanTable& table) {
  constexpr int kUnknown = 64 - HuffmanTable::kPeekBits;  // bits below those that are looked at
  for (std::size_t at = 0; at < entries_.size(); ++at) {
    const std::uint64_t top = std::uint64_t{at} << kUnknown;
    const Single first = table.look_up(top);
    if (first.bits() == 0) {
      entries_[at] = Entry{};
      continue;
    }
    if (first.advance() == HuffmanTable::kEndOfBlock) {
      entries_[at] = Entry{Single{0, 0, 0}, first};
      continue;
    }
    const Single second = table.look_up(top << static_cast<unsigned>(first.bits()));
    // Only what the bits that are known already decide.
    const bool fits = second.bits() > 0 && first.bits() + second.bits() <= HuffmanTable::kPeekBits;
    entries_[at] = Entry{first, fits ? second : Single{0, 0, 0}};
  }
}

}  // namespace albumen
