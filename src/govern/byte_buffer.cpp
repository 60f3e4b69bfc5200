// SPDX-License-Identifier: Apache-2.0
#include "govern/byte_buffer.h"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fmt/core.h>
#include <utility>

#include "core/error.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "govern/internal/spare_mappings.h"

namespace albumen {
namespace {

std::byte* heap_memory(std::size_t size) {
  const std::size_t rounded = (size + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the one owner is ByteBuffer, below.
  return static_cast<std::byte*>(std::aligned_alloc(kBufferAlignment, rounded));
}

}  // namespace

Result<ByteBuffer> ByteBuffer::allocate(Reservation& job, MemoryTag tag, std::size_t size,
                                        Contents contents) {
  ByteBuffer buffer;
  if (size == 0) {
    return buffer;
  }
  buffer.reservation_ = TRY(job.split(tag, Bytes{size}));
  if (size >= kMapFrom) {
    const internal::Mapping mapping = contents == Contents::kZeros
                                          ? internal::map_memory(size)
                                          : buffer.reservation_.take_mapping(size);
    buffer.data_ = mapping.data;
    buffer.mapped_ = mapping.size;
  } else {
    buffer.data_ = heap_memory(size);
  }
  if (buffer.data_ == nullptr) {
    return fail(ErrorCode::kBudgetExceeded,
                fmt::format("the system has no {} of memory left", to_string(Bytes{size})));
  }
  buffer.size_ = size;
  if (contents == Contents::kZeros && buffer.mapped_ == 0) {
    std::memset(buffer.data_, 0, size);
  }
  return buffer;
}

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)),
      reservation_(std::move(other.reservation_)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  if (this != &other) {
    free_memory();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    mapped_ = std::exchange(other.mapped_, 0);
    reservation_ = std::move(other.reservation_);
  }
  return *this;
}

ByteBuffer::~ByteBuffer() { free_memory(); }

void ByteBuffer::free_memory() noexcept {
  if (mapped_ > 0) {
    reservation_.give_mapping({.data = data_, .size = mapped_});
  } else {
    std::free(data_);  // NOLINT(cppcoreguidelines-owning-memory): from aligned_alloc above
  }
  data_ = nullptr;
  size_ = 0;
  mapped_ = 0;
}

void ByteBuffer::release_to(Reservation& job) {
  free_memory();
  job.merge(std::move(reservation_));
}

}  // namespace albumen
