// SPDX-License-Identifier: Apache-2.0
#include "core/version.h"

namespace albumen {

std::string_view program_version() { return ALBUMEN_VERSION; }

}  // namespace albumen
