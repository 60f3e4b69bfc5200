// SPDX-License-Identifier: Apache-2.0
// Why a picture could not be decoded, on its way to the answer.
#pragma once

#include <stdexcept>
#include <string>

#include "decode/longtail/protocol.h"

namespace albumen {

/// Becomes a failed answer.
class LoadFailure : public std::runtime_error {
 public:
  LoadFailure(LongtailStatus status, const std::string& text)
      : std::runtime_error(text), status_(status) {}

  [[nodiscard]] LongtailStatus status() const { return status_; }

 private:
  LongtailStatus status_;
};

}  // namespace albumen
