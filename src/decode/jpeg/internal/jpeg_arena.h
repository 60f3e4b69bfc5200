// SPDX-License-Identifier: Apache-2.0
// libjpeg's memory, taken from one buffer that the job has paid for. Standard libjpeg-turbo
// ignores max_memory_to_use for most of what it allocates; here the end of the buffer is the end.
// Tested by jpeg_test.cpp.
#pragma once

#include <cstddef>
#include <utility>

#include "decode/jpeg/internal/libjpeg.h"
#include "govern/byte_buffer.h"

namespace albumen {

class JpegArena;

/// What the client_data of a libjpeg object points to: how its callbacks find their owner.
struct JpegClient {
  JpegArena* arena = nullptr;
};

/// Bump allocator behind a libjpeg object. Nothing is freed before the whole. One thread.
class JpegArena {
 public:
  /// `buffer` pays for everything. REQUIRES: it holds zeros.
  explicit JpegArena(ByteBuffer buffer) : buffer_(std::move(buffer)) {}

  /// Replaces the allocating methods of `jpeg`'s memory manager; call right after
  /// jpeg_create_decompress. The arena outlives `jpeg`. Out of space is libjpeg's own
  /// JERR_OUT_OF_MEMORY through error_exit.
  /// REQUIRES: jpeg.client_data points to a JpegClient with this arena.
  static void install(jpeg_common_struct& jpeg);

  /// Aligned to kBufferAlignment, or null when the space is used up.
  void* take(std::size_t size);

  [[nodiscard]] std::size_t used() const { return used_; }

  /// Frees everything and hands the memory back to `job`. REQUIRES: the libjpeg object is gone.
  void release_to(Reservation& job) { buffer_.release_to(job); }

 private:
  ByteBuffer buffer_;
  std::size_t used_ = 0;
};

}  // namespace albumen
