// SPDX-License-Identifier: Apache-2.0
// Messages as a taken-over albumen-longtail could send them, and requests: what is taken is in its
// range, and says the same when it is written again.
#include <algorithm>
#include <cstdint>

#include "decode/longtail/protocol.h"
#include "decode_harness.h"

namespace {

using albumen::LongtailStatus;
using albumen::fuzzing::require;

bool is_printable(const std::string& text) {
  return std::ranges::all_of(text, [](char letter) { return letter >= ' ' && letter <= '~'; });
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = std::as_bytes(std::span{data, size});
  if (const auto answer = albumen::parse_longtail_answer(message)) {
    require(is_printable(answer->text) &&
            answer->text.size() <= albumen::LongtailAnswer::kTextBytes);
    require(albumen::parse_longtail_answer(to_message(*answer)) == answer);
    require(answer->status != LongtailStatus::kDone ||
            (answer->width > 0 && answer->height > 0 && answer->orientation <= 8));
  }
  if (const auto request = albumen::parse_longtail_request(message)) {
    require(albumen::parse_longtail_request(to_message(*request)) == request);
  }
  return 0;
}
