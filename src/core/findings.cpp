// SPDX-License-Identifier: Apache-2.0
#include "core/findings.h"

#include <fmt/core.h>
#include <string_view>

namespace albumen {

std::string to_string(const AnalyzerId& id) {
  return fmt::format("{}/{}/{}/{}", id.name, id.version,
                     std::string_view{id.model_digest}.substr(0, 12), id.parameters);
}

}  // namespace albumen
