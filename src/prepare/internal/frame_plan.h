// SPDX-License-Identifier: Apache-2.0
// The arithmetic of a frame: what is cut, how large it becomes, where it lies and what that costs,
// from sizes alone, so that prediction and work cannot disagree.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/geometry.h"
#include "core/result.h"
#include "prepare/frame_spec.h"
#include "prepare/internal/strip_resizer.h"
#include "prepare/view.h"

namespace albumen::internal {

/// How the pixels on their way into the frame are finished.
enum class FramePath : std::uint8_t {
  kDirect,  ///< RGB at once, or planes that meet as RGB strip by strip
  kGray,    ///< strips of one channel, copied into three
  kAlpha,   ///< strips of four channels, mixed premultiplied, flattened or not
};

struct FramePlan {
  Size frame;
  Size picture;         ///< inside the frame
  std::uint32_t x = 0;  ///< of the picture in the frame
  std::uint32_t y = 0;  ///< likewise
  Rect seen;            ///< in pixels of the original, upright
  FramePath path = FramePath::kDirect;
  bool mixes = true;             ///< false: every pixel comes through unchanged
  ResizeGeometry geometry;       ///< from the decoded pixels to `picture`
  int channels = 3;              ///< of the frame
  std::size_t resize_bytes = 0;  ///< scratch of the resize
  std::size_t strip_bytes = 0;   ///< scratch behind it: one strip before it is finished

  [[nodiscard]] std::size_t scratch_bytes() const { return resize_bytes + strip_bytes; }

  [[nodiscard]] std::size_t frame_bytes() const {
    return frame.pixels().bytes(static_cast<std::uint64_t>(channels)).count();
  }
};

/// InvalidArgument for sides of 0 and targets above kLongestFrameSide.
Result<void> check_frame(const PixelShape& shape, const FrameSpec& spec);

/// REQUIRES: what check_frame checks.
FramePlan plan_frame(const PixelShape& shape, const FrameSpec& spec);

/// `size` as large as fits inside `target`, sides rounded to nearest, never 0; larger than it is
/// only where that is allowed.
Size fit_within(Size size, Size target, Upscale upscale);

}  // namespace albumen::internal
