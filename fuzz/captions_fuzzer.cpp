// SPDX-License-Identifier: Apache-2.0
// Caption files come with every dataset from anywhere: their readers must take any bytes.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "dataset/captions.h"
#include "files/path_text.h"

namespace {

bool is_sound(const albumen::CaptionRow& row) {
  return !row.picture.empty() && !row.text.empty() && albumen::is_utf8(row.text) &&
         row.text.find('\n') == std::string::npos;
}

// At the least, what the rows hold of the heap must have been predicted for them.
bool is_paid_for(const std::vector<albumen::CaptionRow>& rows, albumen::Bytes predicted) {
  const std::size_t inside_a_string = std::string{}.capacity();
  std::size_t held = rows.capacity() * sizeof(albumen::CaptionRow);
  for (const albumen::CaptionRow& row : rows) {
    for (const std::string* text : {&row.picture, &row.text}) {
      held += text->capacity() > inside_a_string ? text->capacity() : 0;
    }
  }
  return albumen::Bytes{held} <= predicted;
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> file = std::as_bytes(std::span(data, size));
  const auto text = albumen::read_caption_text(file);
  const auto table = albumen::read_caption_json(file, "own");
  const auto lines = albumen::read_caption_json_lines(file);
  if (text.has_value() && (!albumen::is_utf8(*text) || text->find('\n') != std::string::npos)) {
    std::abort();
  }
  for (const auto* rows : {&table, &lines}) {
    if (rows->has_value() && !std::ranges::all_of(**rows, is_sound)) {
      std::abort();
    }
  }
  if ((table && !is_paid_for(*table, albumen::caption_json_memory(file))) ||
      (lines && !is_paid_for(*lines, albumen::caption_json_lines_memory(file)))) {
    std::abort();
  }
  return 0;
}
