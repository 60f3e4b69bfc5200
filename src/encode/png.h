// SPDX-License-Identifier: Apache-2.0
// PNG encoding, row by row, to a sink: 8 bits a sample, no metadata. Filters and, for the two
// faster efforts, deflate are this module's own; README.md has what each effort costs and gains.
// Tested by png/png_test.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "encode/byte_sink.h"
#include "govern/budget.h"

namespace albumen {

/// What to spend on a small file.
enum class PngEffort : std::uint8_t {
  kFast,      ///< prefix codes and runs of equal pixels only
  kBalanced,  ///< as small as zlib's level 6 on photographs, at many times its speed
  kSmall,     ///< libdeflate's search: holds the whole picture, filtered and encoded
};

struct PngOptions {
  PngEffort effort = PngEffort::kBalanced;
};

/// Memory that encoding takes out of its job: some rows and one block of deflate, whatever the
/// height; for kSmall, twice the picture and the tables of libdeflate.
Bytes png_encode_bytes(Size size, int channels, PngEffort effort);

/// One file. One thread. Move-only.
class PngEncoder {
 public:
  /// Takes png_encode_bytes out of `job` and writes the header. `sink` outlives the encoder.
  /// Channels: 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; alpha is straight.
  /// Errors: InvalidArgument for an empty size or other channels; TooLarge where a side exceeds
  /// what PNG can say (2^31 - 1) or a picture what this machine can address; those of
  /// ByteBuffer::allocate and of the sink.
  static Result<PngEncoder> create(Size size, int channels, const PngOptions& options,
                                   ByteSink& sink, Reservation& job);

  PngEncoder(PngEncoder&& other) noexcept;
  PngEncoder& operator=(PngEncoder&& other) noexcept;
  PngEncoder(const PngEncoder&) = delete;
  PngEncoder& operator=(const PngEncoder&) = delete;
  ~PngEncoder();

  /// The next row from the top, width * channels bytes; it need live only for the call.
  /// Errors: InvalidArgument for another length or a row too many; those of the sink.
  Result<void> write_row(std::span<const std::uint8_t> row);

  /// Writes what is left and hands the memory back to `job`. The encoder is of no use afterwards.
  /// Errors: InvalidArgument when rows are missing; those of the sink.
  Result<void> finish(Reservation& job);

 private:
  class Implementation;
  explicit PngEncoder(std::unique_ptr<Implementation> implementation);

  std::unique_ptr<Implementation> implementation_;
};

/// A whole picture in one call; what it took from `job` is back in `job` on return, on success.
/// Errors: those of PngEncoder.
Result<void> encode_png(ImageView pixels, const PngOptions& options, ByteSink& sink,
                        Reservation& job);

}  // namespace albumen
