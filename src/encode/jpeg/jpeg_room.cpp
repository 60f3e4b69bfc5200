// SPDX-License-Identifier: Apache-2.0
#include "encode/jpeg/internal/jpeg_room.h"

#include <cstring>

#include "encode/jpeg/internal/jpeg_guard.h"

namespace albumen {
namespace {

/// What libjpeg's opaque jvirt_barray_ptr points to: here every row is in memory all the time.
struct Coefficients {
  JBLOCKARRAY rows = nullptr;
  JDIMENSION count = 0;
};

static_assert(sizeof(Coefficients) <= 2 * sizeof(void*));

void* take(j_common_ptr jpeg, std::size_t size) {
  void* const memory = JpegGuard::room_of(jpeg).take(size);
  if (memory == nullptr) {
    ERREXIT1(jpeg, JERR_OUT_OF_MEMORY, 0);
  }
  return memory;
}

void* take_any(j_common_ptr jpeg, int /*pool*/, std::size_t size) { return take(jpeg, size); }

// A pointer for each row, then the rows.
template <class Row>
Row* take_rows(j_common_ptr jpeg, std::size_t row_bytes, JDIMENSION count) {
  auto* const rows = static_cast<Row*>(take(jpeg, count * sizeof(Row)));
  auto* const memory = static_cast<std::byte*>(take(jpeg, row_bytes * count));
  for (JDIMENSION row = 0; row < count; ++row) {
    rows[row] = reinterpret_cast<Row>(memory + (row * row_bytes));
  }
  return rows;
}

// libjpeg's vectors read and write whole lines of 64 bytes.
JSAMPARRAY take_samples(j_common_ptr jpeg, int /*pool*/, JDIMENSION width, JDIMENSION count) {
  return take_rows<JSAMPROW>(jpeg, room_for(width), count);
}

JBLOCKARRAY take_blocks(j_common_ptr jpeg, int /*pool*/, JDIMENSION width, JDIMENSION count) {
  return take_rows<JBLOCKROW>(jpeg, width * sizeof(JBLOCK), count);
}

jvirt_barray_ptr request_blocks(j_common_ptr jpeg, int pool, boolean zero, JDIMENSION width,
                                JDIMENSION count, JDIMENSION /*access*/) {
  auto* const array = static_cast<Coefficients*>(take(jpeg, sizeof(Coefficients)));
  array->rows = take_blocks(jpeg, pool, width, count);
  array->count = count;
  if (zero != FALSE) {
    std::memset(array->rows[0], 0, std::size_t{width} * count * sizeof(JBLOCK));
  }
  return reinterpret_cast<jvirt_barray_ptr>(array);
}

JBLOCKARRAY access_blocks(j_common_ptr jpeg, jvirt_barray_ptr array, JDIMENSION start,
                          JDIMENSION count, boolean /*writable*/) {
  const auto& all = *reinterpret_cast<const Coefficients*>(array);
  if (start > all.count || count > all.count - start) {
    ERREXIT(jpeg, JERR_BAD_VIRTUAL_ACCESS);
  }
  return all.rows + start;
}

// Only colour quantisation keeps whole planes of samples, which nothing here switches on.
jvirt_sarray_ptr request_samples(j_common_ptr jpeg, int /*pool*/, boolean /*zero*/,
                                 JDIMENSION /*width*/, JDIMENSION /*count*/,
                                 JDIMENSION /*access*/) {
  ERREXIT(jpeg, JERR_NOT_COMPILED);
  return nullptr;
}

void nothing_to_realize(j_common_ptr /*jpeg*/) {}

void free_nothing(j_common_ptr /*jpeg*/, int /*pool*/) {}

}  // namespace

void JpegRoom::install(jpeg_common_struct& jpeg) {
  jpeg_memory_mgr& manager = *jpeg.mem;
  manager.alloc_small = take_any;
  manager.alloc_large = take_any;
  manager.alloc_sarray = take_samples;
  manager.alloc_barray = take_blocks;
  manager.request_virt_sarray = request_samples;
  manager.request_virt_barray = request_blocks;
  manager.realize_virt_arrays = nothing_to_realize;
  manager.access_virt_barray = access_blocks;
  // self_destruct is kept: it frees what libjpeg's own methods allocated before.
  manager.free_pool = free_nothing;
}

void* JpegRoom::take(std::size_t size) {
  const std::uint64_t rounded = room_for(size);
  if (rounded < size || rounded > memory_.size() - used_) {
    return nullptr;
  }
  void* const memory = memory_.data() + used_;
  used_ += rounded;
  return memory;
}

}  // namespace albumen
