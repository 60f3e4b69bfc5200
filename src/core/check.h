// SPDX-License-Identifier: Apache-2.0
// Checks for our own bugs. The world's faults are `Error`s from the start; these two are not for
// it.
#pragma once

#include <cassert>

#include "core/result.h"

/// Our bug, found while developing: aborts in debug and sanitizer builds, costs nothing in release.
#define ALBUMEN_DCHECK(condition) assert(condition)

/// Our bug, still an `Internal` error in release: for what must not go on when it is wrong.
/// Use inside a function that returns a Result.
#define ALBUMEN_ENSURE(condition)                                                           \
  do {                                                                                      \
    if (!(condition)) [[unlikely]] {                                                        \
      return ::albumen::fail(::albumen::ErrorCode::kInternal, "check failed: " #condition); \
    }                                                                                       \
  } while (false)
