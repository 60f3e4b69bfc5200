// SPDX-License-Identifier: Apache-2.0
// One child of albumen-longtail as a decoder: lazily started, used for many pictures, replaced
// when it dies. Everything it answers is checked against what was asked.
// Tested by longtail_client_test.cpp.
#pragma once

#include <cstdint>
#include <optional>

#include "core/geometry.h"
#include "core/image_view.h"
#include "core/result.h"
#include "decode/internal/byte_reader.h"
#include "decode/longtail.h"
#include "decode/longtail/child_process.h"

namespace albumen {

/// What to decode, from an earlier probe of the same bytes.
struct LongtailPicture {
  LongtailFormat format = LongtailFormat::kTiff;
  Size size;  ///< stored
  int bands = 3;
  std::uint32_t shrink = 1;
};

/// Size of the decoded rows: each side divided, rounded up.
Size shrunk_size(Size stored, std::uint32_t shrink);

/// One thread at a time.
class LongtailClient {
 public:
  explicit LongtailClient(LongtailOptions options);

  /// bit_of each format. Starts the child. Errors: as LongtailProcess::start.
  Result<std::uint32_t> formats();

  /// Reads the header of a whole file. `memory`: what the child may take, beside the shared copy
  /// of the file. Errors: Corrupt, Unsupported, BudgetExceeded, DeadlineExceeded for this picture
  /// alone; Unavailable when no child can be had; Io.
  Result<LongtailAnswer> probe(LongtailFormat format, ByteSpan file, Bytes memory);

  /// Decodes into `out`, of shrunk_size and picture.bands. Besides `memory`, the shared copy of
  /// the file and shared pixels of out's bytes are alive meanwhile. Errors: as probe.
  Result<void> decode(const LongtailPicture& picture, ByteSpan file, Bytes memory,
                      MutableImageView out);

  /// Of the running child, for tests; nothing when there is none.
  [[nodiscard]] std::optional<pid_t> child() const;

 private:
  Result<void> start_if_needed();
  Result<LongtailAnswer> ask(LongtailRequest request, std::span<const int> descriptors,
                             Bytes memory);

  LongtailOptions options_;
  std::optional<LongtailProcess> process_;
  std::uint32_t sequence_ = 0;
};

}  // namespace albumen
