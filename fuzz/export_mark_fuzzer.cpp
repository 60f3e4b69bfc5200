// SPDX-License-Identifier: Apache-2.0
// The mark of an exported folder, which comes along with any copy of one and says what the next
// export may remove. What is read is written as it was, and names files of that folder only.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "exporters/internal/export_manifest.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto manifest = albumen::parse_manifest(text);
  if (!manifest) {
    return 0;
  }
  for (const albumen::ExportedFile& file : manifest->files) {
    if (file.name.empty() || file.name.find('/') != std::string::npos || file.name == "." ||
        file.name == ".." || albumen::is_own_file(file.name)) {
      std::abort();
    }
  }
  if (albumen::parse_manifest(albumen::to_text(*manifest)) != manifest) {
    std::abort();
  }
  return 0;
}
