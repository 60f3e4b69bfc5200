// SPDX-License-Identifier: Apache-2.0
// The headers that albumen-longtail reads itself, BMP and PSD: what they say can be answered, and
// the answer survives its way through the pipe.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "decode/longtail/protocol.h"
#include "load_failure.h"
#include "plain_headers.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> file = std::as_bytes(std::span{data, size});
  for (const auto& read : {&albumen::read_bmp_header, &albumen::read_psd_header}) {
    try {
      const albumen::LongtailAnswer answer = read(file);
      const auto message = albumen::to_message(answer);
      const auto parsed = albumen::parse_longtail_answer(message);
      if (answer.width == 0 || answer.height == 0 || !parsed || *parsed != answer) {
        std::abort();
      }
    } catch (const albumen::LoadFailure& failure) {
      if (failure.status() == albumen::LongtailStatus::kDone) {
        std::abort();
      }
    }
  }
  return 0;
}
