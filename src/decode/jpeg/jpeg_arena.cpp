// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/internal/jpeg_arena.h"

namespace albumen {
namespace {

// libjpeg's SIMD code reads and writes rows up to two 32-byte vectors.
constexpr std::size_t kRowMultiple = 64;

/// What the opaque jvirt_barray_ptr points to here: every row is in memory all the time.
struct WholeBlockArray {
  JBLOCKARRAY rows;
  JDIMENSION row_count;
};

void* take_or_exit(j_common_ptr jpeg, std::size_t size) {
  void* const memory = static_cast<JpegClient*>(jpeg->client_data)->arena->take(size);
  if (memory == nullptr) {
    ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  }
  return memory;
}

void* alloc_any(j_common_ptr jpeg, int /*pool*/, std::size_t size) {
  return take_or_exit(jpeg, size);
}

// Rows of `row_bytes` behind an array of pointers to them.
template <class Row>
Row* alloc_rows(j_common_ptr jpeg, std::size_t row_bytes, JDIMENSION count) {
  auto* const rows = static_cast<Row*>(take_or_exit(jpeg, count * sizeof(Row)));
  auto* const memory = static_cast<std::byte*>(take_or_exit(jpeg, row_bytes * count));
  for (JDIMENSION row = 0; row < count; ++row) {
    rows[row] = reinterpret_cast<Row>(memory + row * row_bytes);
  }
  return rows;
}

JSAMPARRAY alloc_samples(j_common_ptr jpeg, int /*pool*/, JDIMENSION width, JDIMENSION count) {
  const std::size_t row_bytes =
      (std::size_t{width} + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
  return alloc_rows<JSAMPROW>(jpeg, row_bytes, count);
}

JBLOCKARRAY alloc_blocks(j_common_ptr jpeg, int /*pool*/, JDIMENSION width, JDIMENSION count) {
  return alloc_rows<JBLOCKROW>(jpeg, width * sizeof(JBLOCK), count);
}

jvirt_sarray_ptr request_samples(j_common_ptr jpeg, int /*pool*/, boolean /*zero*/,
                                 JDIMENSION /*width*/, JDIMENSION /*count*/,
                                 JDIMENSION /*access*/) {
  // Only colour quantisation asks for these, which is never switched on.
  ERREXIT(jpeg, JERR_NOT_COMPILED);
  return nullptr;
}

jvirt_barray_ptr request_blocks(j_common_ptr jpeg, int pool, boolean /*zero*/, JDIMENSION width,
                                JDIMENSION count, JDIMENSION /*access*/) {
  auto* const array = static_cast<WholeBlockArray*>(take_or_exit(jpeg, sizeof(WholeBlockArray)));
  array->rows = alloc_blocks(jpeg, pool, width, count);
  array->row_count = count;
  // Zero already: an arena holds zeros, and hands nothing out twice.
  return reinterpret_cast<jvirt_barray_ptr>(array);
}

void realize_arrays(j_common_ptr /*jpeg*/) {}

JSAMPARRAY access_samples(j_common_ptr jpeg, jvirt_sarray_ptr /*array*/, JDIMENSION /*start*/,
                          JDIMENSION /*count*/, boolean /*writable*/) {
  ERREXIT(jpeg, JERR_NOT_COMPILED);
  return nullptr;
}

JBLOCKARRAY access_blocks(j_common_ptr jpeg, jvirt_barray_ptr array, JDIMENSION start,
                          JDIMENSION count, boolean /*writable*/) {
  const auto* const whole = reinterpret_cast<const WholeBlockArray*>(array);
  if (start > whole->row_count || count > whole->row_count - start) {
    ERREXIT(jpeg, JERR_BAD_VIRTUAL_ACCESS);
  }
  return whole->rows + start;
}

void free_nothing(j_common_ptr /*jpeg*/, int /*pool*/) {}

}  // namespace

void JpegArena::install(jpeg_common_struct& jpeg) {
  jpeg_memory_mgr& manager = *jpeg.mem;
  manager.alloc_small = alloc_any;
  manager.alloc_large = alloc_any;
  manager.alloc_sarray = alloc_samples;
  manager.alloc_barray = alloc_blocks;
  manager.request_virt_sarray = request_samples;
  manager.request_virt_barray = request_blocks;
  manager.realize_virt_arrays = realize_arrays;
  manager.access_virt_sarray = access_samples;
  manager.access_virt_barray = access_blocks;
  manager.free_pool = free_nothing;  // self_destruct still frees what came before the arena
}

void* JpegArena::take(std::size_t size) {
  const std::size_t rounded = (size + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  if (rounded < size || rounded > buffer_.size() - used_) {
    return nullptr;
  }
  void* const memory = buffer_.data() + used_;
  used_ += rounded;
  return memory;
}

}  // namespace albumen
