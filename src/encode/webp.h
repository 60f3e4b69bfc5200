// SPDX-License-Identifier: Apache-2.0
// WebP encoding to a sink by libwebp: lossy or exact, without metadata. Tested by
// webp/webp_test.cpp.
#pragma once

#include <cstdint>

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "core/units.h"
#include "encode/byte_sink.h"
#include "govern/budget.h"

namespace albumen {

enum class WebpCoding : std::uint8_t {
  kLossy,     ///< YUV 4:2:0; alpha is kept exactly
  kLossless,  ///< every sample, also under transparent alpha
};

struct WebpOptions {
  WebpCoding coding = WebpCoding::kLossy;
  /// kLossy: libwebp's scale, 0 (worst) to 100. kLossless ignores it.
  int quality = 80;
};

/// Most memory that libwebp takes while it encodes such a picture: the formats are not made to be
/// written row by row, so it grows with the picture, and the encoded file is held too. Measured,
/// with a margin (webp_test.cpp): libwebp has no bound of its own and no allocator to cap.
Bytes webp_encode_bytes(Size size, int channels, const WebpOptions& options);

/// A whole file of RGB (3 channels) or RGBA (4, straight alpha). Holds webp_encode_bytes of `job`
/// for the time of the call; they are back on return.
/// Errors: InvalidArgument for an empty picture, other channel counts or a quality outside 0..100;
/// TooLarge where a side exceeds 16,383 (the format's limit); Internal when `job` is too small;
/// BudgetExceeded when the system has no memory; those of the sink.
Result<void> encode_webp(ImageView pixels, const WebpOptions& options, ByteSink& sink,
                         Reservation& job);

}  // namespace albumen
