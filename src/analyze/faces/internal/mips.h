// SPDX-License-Identifier: Apache-2.0
// The view halved again and again (2x2 means), and square crops read from the level whose pixels
// are about the crop's: no aliasing, no large filters. Tested by mips_test.cpp.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"

namespace albumen::faces {

/// A square of the view; it may reach over the edge.
struct Square {
  float x = 0;
  float y = 0;
  float side = 0;
};

/// The value outside the picture and the normalised nets' zero, 127.5, as near as a byte can be.
inline constexpr float kMidGrey = 127.5F;

class Mips {
 public:
  /// What `build` takes out of its job.
  static Bytes bytes_for(Size view);

  /// REQUIRES: `view` is RGB and outlives the result.
  static Result<Mips> build(ImageView view, Reservation& job);

  /// Gives the memory back to the job.
  void release_to(Reservation& job) { buffer_.release_to(job); }

  /// Fills `out` (side x side RGB, no gaps) with the square: bilinear from level
  /// floor(log2(square.side / side)), at least 0, mid-grey outside.
  void crop(std::span<std::uint8_t> out, std::uint32_t side, const Square& square) const;

  [[nodiscard]] std::span<const ImageView> levels() const { return levels_; }

 private:
  ByteBuffer buffer_;
  std::vector<ImageView> levels_;  // [0] is the view; the others lie in buffer_
};

}  // namespace albumen::faces
