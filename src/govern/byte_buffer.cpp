// SPDX-License-Identifier: Apache-2.0
#include "govern/byte_buffer.h"

#include <cstddef>
#include <cstdlib>
#include <fmt/core.h>
#include <sys/mman.h>
#include <utility>

#include "core/error.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"

namespace albumen {
namespace {

// From here on memory comes straight from the system and returns to it at once, so that resident
// memory follows the ledger whatever the heap does; below, the heap is faster.
constexpr std::size_t kMapFrom = kZeroedFrom;

// Two MiB pages where the system offers them: a twentieth of the page faults and TLB misses of a
// large picture. Only whole aligned parts of a mapping get them, so no memory is added.
constexpr std::size_t kHugeFrom = std::size_t{4} * 1024 * 1024;

std::byte* map_memory(std::size_t size) {
  // Populated at once, instead of by a page fault per 4 KiB; every buffer is filled anyway.
  const bool huge = size >= kHugeFrom;
  const int populate = huge ? 0 : MAP_POPULATE;
  void* memory =
      ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | populate, -1, 0);
  if (memory == MAP_FAILED) {
    return nullptr;
  }
  if (huge) {
    // Advice: where a kernel does not know it, pages come one by one as they are touched.
    (void)::madvise(memory, size, MADV_HUGEPAGE);
    (void)::madvise(memory, size, MADV_POPULATE_WRITE);
  }
  return static_cast<std::byte*>(memory);
}

std::byte* heap_memory(std::size_t size) {
  const std::size_t rounded = (size + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): the one owner is ByteBuffer, below.
  return static_cast<std::byte*>(std::aligned_alloc(kBufferAlignment, rounded));
}

}  // namespace

Result<ByteBuffer> ByteBuffer::allocate(Reservation& job, MemoryTag tag, std::size_t size) {
  ByteBuffer buffer;
  if (size == 0) {
    return buffer;
  }
  buffer.reservation_ = TRY(job.split(tag, Bytes{size}));
  buffer.data_ = size >= kMapFrom ? map_memory(size) : heap_memory(size);
  if (buffer.data_ == nullptr) {
    return fail(ErrorCode::kBudgetExceeded,
                fmt::format("the system has no {} of memory left", to_string(Bytes{size})));
  }
  buffer.size_ = size;
  return buffer;
}

ByteBuffer::ByteBuffer(ByteBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      reservation_(std::move(other.reservation_)) {}

ByteBuffer& ByteBuffer::operator=(ByteBuffer&& other) noexcept {
  if (this != &other) {
    free_memory();
    data_ = std::exchange(other.data_, nullptr);
    size_ = std::exchange(other.size_, 0);
    reservation_ = std::move(other.reservation_);
  }
  return *this;
}

ByteBuffer::~ByteBuffer() { free_memory(); }

void ByteBuffer::free_memory() noexcept {
  if (size_ >= kMapFrom) {
    ::munmap(data_, size_);
  } else {
    std::free(data_);  // NOLINT(cppcoreguidelines-owning-memory): from aligned_alloc above
  }
  data_ = nullptr;
  size_ = 0;
}

void ByteBuffer::release_to(Reservation& job) {
  free_memory();
  job.merge(std::move(reservation_));
}

}  // namespace albumen
