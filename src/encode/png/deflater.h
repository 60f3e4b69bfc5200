// SPDX-License-Identifier: Apache-2.0
// A zlib stream (RFC 1950) written as its bytes arrive, for filtered pixels: own blocks of deflate,
// made one by one in memory of a fixed size. Tested by deflater_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"
#include "encode/png/bit_writer.h"
#include "encode/png/match_finder.h"
#include "encode/png/png_chunk_writer.h"

namespace albumen {

enum class DeflateSearch : std::uint8_t {
  kRuns,     ///< find_runs
  kMatches,  ///< find_matches
};

/// One thread. REQUIRES: memory and chunks outlive it.
class Deflater {
 public:
  static std::size_t memory_bytes(DeflateSearch search);

  /// `memory` of memory_bytes, aligned to 64; its contents may be anything.
  Deflater(DeflateSearch search, std::size_t pixel_bytes, std::span<std::byte> memory,
           PngChunkWriter& out);

  /// Errors: those of the chunks' sink.
  Result<void> write(std::span<const std::uint8_t> bytes);

  /// The last block and the checksum.
  Result<void> finish();

 private:
  Result<void> write_block(bool last);

  DeflateSearch search_;
  std::size_t pixel_bytes_;
  PngChunkWriter* out_;
  std::uint8_t* history_;  ///< the block follows it
  std::uint8_t* encoded_;
  Match* matches_;
  std::uint32_t* table_;
  BitWriter bits_;
  std::size_t before_ = 0;  ///< bytes of history
  std::size_t filled_ = 0;  ///< bytes of the block
  std::uint32_t position_ = 0;
  std::uint32_t adler_ = 1;
};

}  // namespace albumen
