// SPDX-License-Identifier: Apache-2.0
// What a JSON text is made of, by one look at its bytes, before a parser builds anything of it: how
// deep it nests and how much memory its values will take. Tested by json_shape_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/units.h"

namespace albumen {

/// Upper bounds of what a parser makes of a text before it finds an error in it, if there is one.
struct JsonShape {
  std::size_t depth = 0;         ///< of the deepest array or object; 0: there is none
  std::uint64_t containers = 0;  ///< arrays and objects
  std::uint64_t values = 0;      ///< containers among them
  std::uint64_t strings = 0;     ///< keys among them
  std::uint64_t bytes = 0;       ///< of the text
};

/// Takes time linear in `text`, and no memory.
JsonShape shape_of_json(std::string_view text);

/// The most heap that nlohmann::json takes for such a text.
Bytes json_memory(const JsonShape& shape);

}  // namespace albumen
