// SPDX-License-Identifier: Apache-2.0
// Caption files come with every dataset from anywhere: their readers must take any bytes. As in the
// job, a table is only parsed where a small budget has what it may hold.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "dataset/captions.h"
#include "files/path_text.h"
#include "govern/budget.h"

namespace {

bool is_sound(const albumen::CaptionRow& row) {
  return !row.picture.empty() && !row.text.empty() && albumen::is_utf8(row.text) &&
         row.text.find('\n') == std::string::npos;
}

using Rows = std::vector<albumen::CaptionRow>;

// At the least, what the rows hold of the heap must have been predicted for them.
bool is_paid_for(const Rows& rows, albumen::Bytes predicted) {
  const std::size_t inside_a_string = std::string{}.capacity();
  std::size_t held = rows.capacity() * sizeof(albumen::CaptionRow);
  for (const albumen::CaptionRow& row : rows) {
    for (const std::string* text : {&row.picture, &row.text}) {
      held += text->capacity() > inside_a_string ? text->capacity() : 0;
    }
  }
  return albumen::Bytes{held} <= predicted;
}

template <class Read>
void try_table(albumen::Budget& budget, albumen::Bytes predicted, const Read& read) {
  const auto memory = budget.try_reserve(albumen::MemoryTag::kOther, predicted);
  if (!memory) {
    return;
  }
  const albumen::Result<Rows> rows = read();
  if (rows && !(std::ranges::all_of(*rows, is_sound) && is_paid_for(*rows, predicted))) {
    std::abort();
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> file = std::as_bytes(std::span(data, size));
  const auto text = albumen::read_caption_text(file);
  if (text.has_value() && (!albumen::is_utf8(*text) || text->find('\n') != std::string::npos)) {
    std::abort();
  }
  constexpr albumen::Bytes kFuzzBudget = albumen::kMiB * 16;
  albumen::Budget budget{kFuzzBudget};
  try_table(budget, albumen::caption_json_memory(file),
            [file] { return albumen::read_caption_json(file, "own"); });
  try_table(budget, albumen::caption_json_lines_memory(file),
            [file] { return albumen::read_caption_json_lines(file); });
  return 0;
}
