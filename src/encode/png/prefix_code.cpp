// SPDX-License-Identifier: Apache-2.0
#include "encode/png/prefix_code.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/check.h"

namespace albumen {
namespace {

constexpr std::size_t kMostSymbols = 288;
constexpr unsigned kLongestCode = 15;
constexpr unsigned kSymbolBits = 9;

// Depths of Huffman's tree over counts in ascending order, in their place: Moffat and Katajainen,
// "In-place calculation of minimum-redundancy codes" (1995).
void counts_to_depths(std::span<std::uint32_t> a) {
  const std::size_t n = a.size();
  // Pass 1: parents. a[0..next) become sums of the inner nodes, then parent indices.
  a[0] += a[1];
  std::size_t root = 0;
  std::size_t leaf = 2;
  for (std::size_t next = 1; next < n - 1; ++next) {
    std::uint32_t sum = 0;
    for (int child = 0; child < 2; ++child) {
      if (leaf >= n || (root < next && a[root] < a[leaf])) {
        sum += a[root];
        a[root] = static_cast<std::uint32_t>(next);
        ++root;
      } else {
        sum += a[leaf];
        ++leaf;
      }
    }
    a[next] = sum;
  }
  // Pass 2: depths of the inner nodes.
  a[n - 2] = 0;
  for (std::size_t next = n - 2; next-- > 0;) {
    a[next] = a[a[next]] + 1;
  }
  // Pass 3: depths of the leaves, from the deepest count on down.
  std::size_t inner_left = n - 1;  // inner nodes at index below this are not yet counted
  std::size_t leaf_left = n;
  std::size_t available = 1;
  for (std::uint32_t depth = 0; available > 0; ++depth) {
    std::size_t used = 0;
    while (inner_left > 0 && a[inner_left - 1] == depth) {
      ++used;
      --inner_left;
    }
    while (available > used) {
      a[--leaf_left] = depth;
      --available;
    }
    available = 2 * used;
  }
}

// How many codes have each length, with those above `limit` shortened to it and others lengthened
// until the code is complete again.
std::array<std::uint32_t, 64> limited(std::span<const std::uint32_t> depths, unsigned limit) {
  std::array<std::uint32_t, 64> per_length{};
  for (const std::uint32_t depth : depths) {
    ++per_length[std::min<std::uint32_t>(depth, limit)];
  }
  std::uint32_t space = 0;
  for (unsigned length = 1; length <= limit; ++length) {
    space += per_length[length] << (limit - length);
  }
  for (; space > (1U << limit); --space) {
    // One code of the full length moves up beside a shorter one that grows by a bit.
    --per_length[limit];
    unsigned length = limit - 1;
    while (per_length[length] == 0) {
      --length;
    }
    --per_length[length];
    per_length[length + 1] += 2;
  }
  return per_length;
}

}  // namespace

void choose_code_lengths(std::span<const std::uint32_t> counts, unsigned limit,
                         std::span<std::uint8_t> lengths) {
  ALBUMEN_DCHECK(counts.size() == lengths.size() && counts.size() <= kMostSymbols);
  ALBUMEN_DCHECK(counts.size() >= 2 && limit <= kLongestCode);
  std::array<std::uint64_t, kMostSymbols> sorted;  // NOLINT: filled up to `used`
  std::size_t used = 0;
  for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
    lengths[symbol] = 0;
    if (counts[symbol] != 0) {
      sorted[used++] = (std::uint64_t{counts[symbol]} << kSymbolBits) | symbol;
    }
  }
  if (used < 2) {
    const std::size_t only = used == 0 ? 0 : sorted[0] & ((1U << kSymbolBits) - 1);
    lengths[only] = 1;
    lengths[only == 0 ? 1 : 0] = 1;
    return;
  }
  std::sort(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(used));
  std::array<std::uint32_t, kMostSymbols> depths;  // NOLINT: filled up to `used`
  for (std::size_t i = 0; i < used; ++i) {
    depths[i] = static_cast<std::uint32_t>(sorted[i] >> kSymbolBits);
  }
  counts_to_depths({depths.data(), used});
  const auto per_length = limited({depths.data(), used}, limit);
  std::size_t at = 0;
  for (unsigned length = limit; length > 0; --length) {
    for (std::uint32_t i = 0; i < per_length[length]; ++i, ++at) {
      lengths[sorted[at] & ((1U << kSymbolBits) - 1)] = static_cast<std::uint8_t>(length);
    }
  }
}

void assign_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes) {
  ALBUMEN_DCHECK(lengths.size() == codes.size());
  std::array<std::uint32_t, kLongestCode + 1> per_length{};
  for (const std::uint8_t length : lengths) {
    ++per_length[length];
  }
  per_length[0] = 0;
  std::array<std::uint32_t, kLongestCode + 1> next{};
  for (unsigned length = 1; length <= kLongestCode; ++length) {
    next[length] = (next[length - 1] + per_length[length - 1]) << 1U;
  }
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
    const unsigned length = lengths[symbol];
    const std::uint32_t code = length == 0 ? 0 : next[length]++;
    std::uint32_t turned = 0;
    for (unsigned bit = 0; bit < length; ++bit) {
      turned = (turned << 1U) | ((code >> bit) & 1U);
    }
    codes[symbol] = static_cast<std::uint16_t>(turned);
  }
}

}  // namespace albumen
