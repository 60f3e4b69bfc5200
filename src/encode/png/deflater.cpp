// SPDX-License-Identifier: Apache-2.0
#include "encode/png/deflater.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <libdeflate.h>
#include <memory>

#include "core/check.h"

namespace albumen {
namespace {

// A block's codes fit its own rows; the description of the codes costs some 80 bytes a block.
constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;
// Runs reach back one pixel only; a cache line keeps the block aligned.
constexpr std::size_t kRunHistory = 64;
// Deflate with a window of 32 KiB, and a checksum that makes the pair a multiple of 31.
constexpr std::array<std::uint8_t, 2> kZlibHead{0x78, 0x01};
constexpr std::size_t kAdlerBytes = 4;
constexpr std::size_t kLine = 64;

constexpr std::size_t lines(std::size_t bytes) { return (bytes + kLine - 1) / kLine * kLine; }

std::size_t history_bytes(DeflateSearch search) {
  return search == DeflateSearch::kMatches ? kFarthestMatch : kRunHistory;
}

std::size_t table_bytes(DeflateSearch search) {
  return search == DeflateSearch::kMatches ? kHashEntries * sizeof(std::uint32_t) : 0;
}

constexpr std::size_t kMatchBytes = lines(most_matches(kBlockBytes) * sizeof(Match));

std::size_t encoded_bytes() {
  return lines(kZlibHead.size() + most_deflate_block_bytes(kBlockBytes) + kAdlerBytes);
}

}  // namespace

std::size_t Deflater::memory_bytes(DeflateSearch search) {
  return history_bytes(search) + kBlockBytes + kMatchBytes + table_bytes(search) + encoded_bytes();
}

Deflater::Deflater(DeflateSearch search, std::size_t pixel_bytes, std::span<std::byte> memory,
                   PngChunkWriter& out)
    : search_(search),
      pixel_bytes_(pixel_bytes),
      out_(&out),
      history_(reinterpret_cast<std::uint8_t*>(memory.data())),
      encoded_(history_ + history_bytes(search) + kBlockBytes),
      matches_(reinterpret_cast<Match*>(encoded_ + encoded_bytes())),
      table_(reinterpret_cast<std::uint32_t*>(encoded_ + encoded_bytes() + kMatchBytes)),
      bits_(encoded_) {
  ALBUMEN_DCHECK(memory.size() >= memory_bytes(search));
  std::uninitialized_default_construct_n(matches_, most_matches(kBlockBytes));
  std::memset(table_, 0, table_bytes(search));
  bits_.put_bytes(kZlibHead.data(), kZlibHead.size());
}

Result<void> Deflater::write(std::span<const std::uint8_t> bytes) {
  adler_ = libdeflate_adler32(adler_, bytes.data(), bytes.size());
  while (!bytes.empty()) {
    if (filled_ == kBlockBytes) {
      TRY(write_block(false));
    }
    const std::size_t count = std::min(bytes.size(), kBlockBytes - filled_);
    std::memcpy(history_ + before_ + filled_, bytes.data(), count);
    filled_ += count;
    bytes = bytes.subspan(count);
  }
  return {};
}

Result<void> Deflater::finish() {
  TRY(write_block(true));
  return {};
}

Result<void> Deflater::write_block(bool last) {
  const std::span<const std::uint8_t> block{history_ + before_, filled_};
  const ByteCounts counts = count_bytes(block);
  const LiteralCosts costs = literal_costs(counts);
  const BlockToSearch searched{
      .bytes = block, .before = before_, .position = position_, .pixel_bytes = pixel_bytes_};
  const std::span room{matches_, most_matches(kBlockBytes)};
  const std::size_t found =
      search_ == DeflateSearch::kRuns
          ? find_runs(searched, costs, room)
          : find_matches(searched, costs,
                         std::span<std::uint32_t, kHashEntries>{table_, kHashEntries}, room);
  write_deflate_block(bits_, {.bytes = block, .counts = counts, .matches = room.first(found)},
                      last);
  if (last) {
    bits_.align_to_byte();
    bits_.put(__builtin_bswap32(adler_), 32);
    bits_.flush();
  }
  TRY(out_->data({reinterpret_cast<const std::byte*>(encoded_), bits_.size()}));
  bits_.rewind();
  position_ += static_cast<std::uint32_t>(filled_);
  const std::size_t kept = std::min(before_ + filled_, history_bytes(search_));
  std::memmove(history_, history_ + before_ + filled_ - kept, kept);
  before_ = kept;
  filled_ = 0;
  return {};
}

}  // namespace albumen
