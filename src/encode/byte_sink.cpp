// SPDX-License-Identifier: Apache-2.0
#include "encode/byte_sink.h"

#include <fmt/core.h>

#include "core/error.h"

namespace albumen {

Result<void> MemorySink::write(std::span<const std::byte> bytes) {
  if (Bytes{bytes_.size()} + Bytes{bytes.size()} > limit_) {
    return fail(ErrorCode::kBudgetExceeded,
                fmt::format("the encoded picture takes more than the {} set aside for it",
                            to_string(limit_)));
  }
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<void> HashingSink::write(std::span<const std::byte> bytes) {
  TRY(next_.write(bytes));
  hash_.update(bytes);
  size_ += Bytes{bytes.size()};
  return {};
}

}  // namespace albumen
