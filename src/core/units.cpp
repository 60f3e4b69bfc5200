// SPDX-License-Identifier: Apache-2.0
#include "core/units.h"

#include <array>
#include <fmt/core.h>

namespace albumen {

std::string to_string(Bytes bytes) {
  constexpr std::array kNames{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  auto value = static_cast<double>(bytes.count());
  std::size_t unit = 0;
  // 1000 rather than 1024, so that no number needs four digits before the point.
  while (value >= 1000.0 && unit + 1 < kNames.size()) {
    value /= 1024.0;
    ++unit;
  }
  if (unit == 0) {
    return fmt::format("{} B", bytes.count());
  }
  const int decimals = value < 10.0 ? 2 : value < 100.0 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kNames.at(unit));
}

}  // namespace albumen
