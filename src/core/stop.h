// SPDX-License-Identifier: Apache-2.0
// Cancellation. A long function takes a StopToken and returns `Cancelled` soon after a stop is
// requested (the promise to the user is one second for a whole run).
#pragma once

#include <stop_token>

#include "core/result.h"

namespace albumen {

using StopToken = std::stop_token;

/// `Cancelled` once a stop was requested: `TRY(check_stop(stop));` at the head of each step.
inline Result<void> check_stop(const StopToken& stop) {
  if (stop.stop_requested()) {
    return fail(ErrorCode::kCancelled, "stopped as asked");
  }
  return {};
}

}  // namespace albumen
