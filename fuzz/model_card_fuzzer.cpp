// SPDX-License-Identifier: Apache-2.0
// Model cards come from users: the reader must take any text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "infer/model_card.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto card = albumen::parse_model_card(text, "fuzz");
  // An accepted card keeps its promises: names that stay in their folder, files, a digest.
  if (card.has_value() && (card->name.find('/') != std::string::npos || card->files.empty() ||
                           albumen::digest_of(*card).size() != 64)) {
    std::abort();
  }
  return 0;
}
