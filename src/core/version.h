// SPDX-License-Identifier: Apache-2.0
// Which albumen this is.
#pragma once

#include <string_view>

namespace albumen {

/// "0.1.0", from the one place that says it: CMakeLists.txt.
std::string_view program_version();

}  // namespace albumen
