// SPDX-License-Identifier: Apache-2.0
// Memory that carries its own reservation: pixels, tensors and encoded bytes live in it and
// nowhere else. Tested by byte_buffer_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.h"
#include "govern/budget.h"

namespace albumen {

/// Every buffer starts at a multiple of this (a cache line, and an AVX-512 vector).
inline constexpr std::size_t kBufferAlignment = 64;

/// Buffers of at least this many bytes are mappings of their own, outside the heap: resident memory
/// then follows the ledger whatever the heap does. Below, the heap is faster.
inline constexpr std::size_t kMapFrom = std::size_t{256} * 1024;

/// What a new buffer holds.
enum class Contents : bool {
  kAny,  ///< whatever was there
  kZeros,
};

/// Owned, aligned bytes. Move-only. Not locked.
class ByteBuffer {
 public:
  ByteBuffer() = default;

  /// Takes `size` bytes out of `job`'s reservation and allocates them.
  /// Errors: Internal when the reservation is too small (a wrong prediction), BudgetExceeded when
  /// the system has no memory.
  static Result<ByteBuffer> allocate(Reservation& job, MemoryTag tag, std::size_t size,
                                     Contents contents = Contents::kAny);

  ByteBuffer(ByteBuffer&& other) noexcept;
  ByteBuffer& operator=(ByteBuffer&& other) noexcept;
  ByteBuffer(const ByteBuffer&) = delete;
  ByteBuffer& operator=(const ByteBuffer&) = delete;
  ~ByteBuffer();

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] std::span<std::byte> bytes() { return {data_, size_}; }

  [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }

  [[nodiscard]] std::uint8_t* data() { return reinterpret_cast<std::uint8_t*>(data_); }

  [[nodiscard]] const std::uint8_t* data() const {
    return reinterpret_cast<const std::uint8_t*>(data_);
  }

  /// Frees the memory and hands the reservation back to the job that goes on.
  void release_to(Reservation& job);

 private:
  void free_memory() noexcept;

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t mapped_ = 0;  // bytes of its mapping; 0: it lies on the heap
  Reservation reservation_;
};

}  // namespace albumen
