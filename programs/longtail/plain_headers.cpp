// SPDX-License-Identifier: Apache-2.0
#include "plain_headers.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "load_failure.h"

namespace albumen {
namespace {

enum class Order : std::uint8_t { kBig, kLittle };

std::uint32_t number_at(std::span<const std::byte> file, std::size_t offset, std::size_t width,
                        Order order) {
  if (file.size() < offset + width) {
    throw LoadFailure{LongtailStatus::kUnreadable, "the file ends inside its header"};
  }
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < width; ++index) {
    const std::size_t at = order == Order::kBig ? index : width - 1 - index;
    value = value << 8U | std::to_integer<std::uint32_t>(file[offset + at]);
  }
  return value;
}

LongtailAnswer header_with(std::uint32_t width, std::uint32_t height) {
  if (width == 0 || height == 0) {
    throw LoadFailure{LongtailStatus::kUnreadable, "a picture without pixels"};
  }
  LongtailAnswer answer;
  answer.status = LongtailStatus::kDone;
  answer.width = width;
  answer.height = height;
  answer.bands = 3;
  answer.bits = 8;
  return answer;
}

}  // namespace

// After the file header of 14 bytes: its own size; OS/2's first has 16-bit sides. A negative height
// says that the rows run downwards.
LongtailAnswer read_bmp_header(std::span<const std::byte> file) {
  constexpr std::uint32_t kOldHeaderBytes = 12;
  if (number_at(file, 14, 4, Order::kLittle) == kOldHeaderBytes) {
    return header_with(number_at(file, 18, 2, Order::kLittle),
                       number_at(file, 20, 2, Order::kLittle));
  }
  const std::uint32_t height = number_at(file, 22, 4, Order::kLittle);
  const bool downwards = height >> 31U != 0;
  return header_with(number_at(file, 18, 4, Order::kLittle), downwards ? 0U - height : height);
}

// Adobe Photoshop File Formats: channels at 12, sides at 14 and 18, depth at 22, mode at 24. In RGB
// mode a fourth channel is taken for alpha, in CMYK (4) a fifth, in grey ones (0, 1, 8) a second.
LongtailAnswer read_psd_header(std::span<const std::byte> file) {
  constexpr std::uint32_t kCmykMode = 4;
  const std::uint32_t channels = number_at(file, 12, 2, Order::kBig);
  const std::uint32_t mode = number_at(file, 24, 2, Order::kBig);
  const bool gray = mode == 0 || mode == 1 || mode == 8;
  const std::uint32_t colours = gray ? 1 : (mode == kCmykMode ? 4 : 3);
  LongtailAnswer answer =
      header_with(number_at(file, 18, 4, Order::kBig), number_at(file, 14, 4, Order::kBig));
  answer.bands = channels > colours ? 4 : 3;
  answer.bits = static_cast<std::uint8_t>(std::clamp(number_at(file, 22, 2, Order::kBig), 1U, 32U));
  return answer;
}

}  // namespace albumen
