// SPDX-License-Identifier: Apache-2.0
#include "library/rows.h"

namespace albumen {

Failure failure_from(std::string stage, const Error& error) {
  return {.stage = std::move(stage),
          .analyzer = std::nullopt,
          .code = error.code,
          .reason = error.message,
          .retry = describe(error.code).retry};
}

}  // namespace albumen
