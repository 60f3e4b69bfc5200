// SPDX-License-Identifier: Apache-2.0
// The memory of libjpeg objects that write: handed out of one buffer that the job has paid for, and
// freed as a whole. Two objects may share it, and then see each other's coefficient arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "encode/jpeg/internal/libjpeg.h"

namespace albumen {

/// One thread. REQUIRES: `memory` outlives it and starts at a multiple of 64.
class JpegRoom {
 public:
  explicit JpegRoom(std::span<std::byte> memory) : memory_(memory) {}

  JpegRoom(const JpegRoom&) = delete;
  JpegRoom& operator=(const JpegRoom&) = delete;

  /// Replaces the allocating methods of `jpeg`'s memory manager, right after its creation. No room
  /// left is libjpeg's JERR_OUT_OF_MEMORY. REQUIRES: the object's client_data is what `room_of`
  /// understands (jpeg_guard.h).
  static void install(jpeg_common_struct& jpeg);

  /// Aligned to 64 bytes and not zeroed, or null.
  void* take(std::size_t size);

  [[nodiscard]] std::size_t used() const { return used_; }

  /// What the next `take` takes from, for whoever is done with it before that.
  [[nodiscard]] std::span<std::byte> unused() const { return memory_.subspan(used_); }

 private:
  std::span<std::byte> memory_;
  std::size_t used_ = 0;
};

constexpr std::uint64_t divide_up(std::uint64_t value, std::uint64_t by) {
  return (value + by - 1) / by;
}

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t to) {
  return divide_up(value, to) * to;
}

/// What `take` uses up for `size` bytes.
constexpr std::uint64_t room_for(std::uint64_t size) { return round_up(size, 64); }

/// What one component's coefficients take: whole MCUs, and a pointer to each row of blocks.
constexpr std::uint64_t room_for_blocks(std::uint64_t width, std::uint64_t height) {
  return room_for(2 * sizeof(void*)) + room_for(height * sizeof(void*)) +
         room_for(width * height * sizeof(JBLOCK));
}

/// What an array of rows of samples takes.
constexpr std::uint64_t room_for_rows(std::uint64_t width, std::uint64_t count) {
  return room_for(count * sizeof(void*)) + (room_for(width) * count);
}

}  // namespace albumen
