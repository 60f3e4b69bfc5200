// SPDX-License-Identifier: Apache-2.0
// Which content is for albumen-longtail, and what decoding it may take.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/content_type.h"
#include "decode/longtail/protocol.h"

namespace albumen {

inline constexpr std::array kLongtailTypes{
    std::pair{ContentType::kTiff, LongtailFormat::kTiff},
    std::pair{ContentType::kGif, LongtailFormat::kGif},
    std::pair{ContentType::kBmp, LongtailFormat::kBmp},
    std::pair{ContentType::kHeif, LongtailFormat::kHeif},
    std::pair{ContentType::kAvif, LongtailFormat::kAvif},
    std::pair{ContentType::kJpegXl, LongtailFormat::kJpegXl},
    std::pair{ContentType::kJpeg2000, LongtailFormat::kJpeg2000},
    std::pair{ContentType::kPsd, LongtailFormat::kPsd},
    std::pair{ContentType::kNetpbm, LongtailFormat::kNetpbm},
    std::pair{ContentType::kRaw, LongtailFormat::kRaw},  // where it has no JPEG to show
};

static_assert(kLongtailTypes.size() == kLongtailFormatCount);

/// Nothing for content that is decoded here, or is no picture.
constexpr std::optional<LongtailFormat> longtail_format(ContentType type) {
  const auto* const found =
      std::ranges::find(kLongtailTypes, type, &decltype(kLongtailTypes)::value_type::first);
  return found == kLongtailTypes.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace albumen
