// SPDX-License-Identifier: Apache-2.0
// A sink that ends an encoder before it writes anything.
#pragma once

#include <cstddef>
#include <span>

#include "core/error.h"
#include "core/result.h"
#include "encode/byte_sink.h"

namespace albumen::testing {

/// Takes whatever it gets until it has been asked with no bytes at all, and nothing from then on.
class ImpatientSink final : public ByteSink {
 public:
  Result<void> write(std::span<const std::byte> bytes) override {
    was_asked = was_asked || bytes.empty();
    written += bytes.size();
    return was_asked ? fail(ErrorCode::kCancelled, "stopped by a test") : Result<void>{};
  }

  bool was_asked = false;
  std::size_t written = 0;
};

}  // namespace albumen::testing
