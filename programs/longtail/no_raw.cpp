// SPDX-License-Identifier: Apache-2.0
#include "raw.h"

namespace albumen {

LongtailAnswer read_raw_header(std::span<const std::byte> /*file*/) {
  throw LoadFailure{LongtailStatus::kUnsupported, "built without LibRaw"};
}

Image develop(std::span<const std::byte> /*file*/) {
  throw LoadFailure{LongtailStatus::kUnsupported, "built without LibRaw"};
}

}  // namespace albumen
