// SPDX-License-Identifier: Apache-2.0
// Lines of a journal, and the rows of manifests inside them: they lie in the folder of a set, or in
// an archive that somebody sent. What is read is written as a line that is read as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "dataset/journal.h"
#include "dataset/manifest.h"

namespace {

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line{reinterpret_cast<const char*>(data), size};
  if (const auto entry = albumen::parse_journal_line(line)) {
    const auto again = albumen::parse_journal_line(albumen::to_journal_line(*entry));
    require(again.has_value() && *again == *entry);
  }
  if (const auto row = albumen::parse_manifest_row(line)) {
    const auto again = albumen::parse_manifest_row(albumen::to_json_line(*row));
    require(again.has_value() && *again == *row);
  }
  if (const auto claim = albumen::parse_claim_line(line)) {
    const auto again = albumen::parse_claim_line(albumen::to_claim_line(*claim));
    require(again.has_value() && *again == *claim);
  }
  if (const auto output = albumen::parse_withdrawal_line(line)) {
    const auto again = albumen::parse_withdrawal_line(albumen::to_withdrawal_line(*output));
    require(again.has_value() && *again == *output);
  }
  return 0;
}
