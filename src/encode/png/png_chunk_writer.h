// SPDX-License-Identifier: Apache-2.0
// The frame of a PNG file around its compressed pixels (PNG third edition, sections 5 and 11).
#pragma once

#include <cstddef>
#include <span>

#include "core/geometry.h"
#include "core/result.h"
#include "encode/byte_sink.h"

namespace albumen {

/// Writes signature, IHDR, any number of IDAT and IEND. REQUIRES: `sink` outlives it.
/// Errors of all: those of the sink.
class PngChunkWriter {
 public:
  explicit PngChunkWriter(ByteSink& sink) : sink_(&sink) {}

  /// REQUIRES: sides of 1 to 2^31 - 1; 1 to 4 channels.
  Result<void> begin(Size size, int channels);

  /// The next part of the zlib stream; one that is empty leaves no trace.
  Result<void> data(std::span<const std::byte> part);

  Result<void> end();

 private:
  ByteSink* sink_;
};

}  // namespace albumen
