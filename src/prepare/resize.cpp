// SPDX-License-Identifier: Apache-2.0
#include "prepare/resize.h"

#include <algorithm>
#include <cstdint>
#include <fmt/core.h>

#include "core/error.h"
#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "govern/budget.h"
#include "govern/byte_buffer.h"
#include "prepare/internal/strip_resizer.h"

namespace albumen {
namespace {

internal::ResizeGeometry geometry_of(Size out, Size in, int channels, Filter filter) {
  return {.out = out, .in = in, .channels = channels, .filter = filter};
}

void copy(MutableImageView out, ImageView in) {
  for (std::uint32_t y = 0; y < in.height(); ++y) {
    std::ranges::copy(in.row(y), out.row(y).begin());
  }
}

}  // namespace

Bytes resize_scratch_bytes(Size out, Size in, int channels, Filter filter) {
  if (out == in || out.empty() || in.empty()) {
    return {};
  }
  return Bytes{internal::StripResizer::scratch_bytes(geometry_of(out, in, channels, filter))};
}

Result<void> resize(MutableImageView out, ImageView in, Filter filter, Reservation& job) {
  const int channels = out.channels();
  if (out.empty() || in.empty() || channels != in.channels() ||
      (channels != 1 && channels != 3 && channels != 4)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("cannot resize {}x{} of {} channels to {}x{} of {}", in.width(),
                            in.height(), in.channels(), out.width(), out.height(), channels));
  }
  if (out.size() == in.size()) {
    copy(out, in);
    return {};
  }
  const internal::ResizeGeometry geometry = geometry_of(out.size(), in.size(), channels, filter);
  ByteBuffer scratch = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels,
                                                internal::StripResizer::scratch_bytes(geometry)));
  internal::StripResizer resizer{geometry, in, scratch.bytes()};
  internal::run_all(resizer, out);
  scratch.release_to(job);
  return {};
}

}  // namespace albumen
