// SPDX-License-Identifier: Apache-2.0
#include "decode/metadata/icc_profile.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <fmt/core.h>
#include <optional>
#include <string>
#include <string_view>

#include "decode/jpeg/jpeg_markers.h"
#include "decode/webp/webp_chunks.h"

namespace albumen {
namespace {

ColourSource only_note(std::string note) {
  ColourSource source;
  source.note = std::move(note);
  return source;
}

/// The parts of one profile, by number.
class ProfileParts {
 public:
  /// `payload` of an APP2 segment, which may hold something else.
  void add(ByteSpan payload) {
    constexpr std::string_view kName{"ICC_PROFILE\0", 12};
    constexpr std::size_t kHeaderBytes = 14;  // the name, the part's number from 1, their count
    if (!starts_with(payload, kName) || payload.size() < kHeaderBytes) {
      return;
    }
    const auto number = std::to_integer<std::size_t>(payload[kName.size()]);
    const auto count = std::to_integer<std::size_t>(payload[kName.size() + 1]);
    const ByteSpan data = payload.subspan(kHeaderBytes);
    if (number == 0 || number > count || (count_ != 0 && count != count_)) {
      contradiction_ = true;
      return;
    }
    count_ = count;
    std::optional<ByteSpan>& part = parts_.at(number);
    if (part && !std::ranges::equal(*part, data)) {
      contradiction_ = true;  // a copy of the same part is none
      return;
    }
    bytes_ += part ? 0 : data.size();
    part = data;
  }

  [[nodiscard]] ColourSource joined() const {
    if (contradiction_) {
      return only_note("the parts of the colour profile contradict each other");
    }
    if (bytes_ > kMaxProfileBytes) {
      return only_note(fmt::format("the colour profile has {} bytes", bytes_));
    }
    ColourSource source;
    source.profile.reserve(bytes_);
    for (std::size_t number = 1; number <= count_; ++number) {
      const std::optional<ByteSpan>& part = parts_.at(number);
      if (!part) {
        return only_note(
            fmt::format("part {} of {} of the colour profile is missing", number, count_));
      }
      source.profile.insert(source.profile.end(), part->begin(), part->end());
    }
    return source;
  }

 private:
  std::array<std::optional<ByteSpan>, 256> parts_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
  bool contradiction_ = false;
};

}  // namespace

ColourSource jpeg_colour(ByteSpan bytes) {
  ProfileParts parts;
  JpegMarkers markers{bytes};
  while (true) {
    const auto segment = markers.next();
    if (!segment.has_value() || segment->marker == kJpegSos || segment->marker == kJpegEoi) {
      return parts.joined();
    }
    if (segment->marker == kJpegApp2) {
      parts.add(segment->payload);
    }
  }
}

ColourSource webp_colour(ByteSpan bytes) {
  WebpChunks chunks = WebpChunks::of_file(bytes);
  while (const auto chunk = chunks.next()) {
    if (chunk->type != "ICCP") {
      continue;
    }
    if (chunk->truncated) {
      return only_note("the colour profile is cut off");
    }
    if (chunk->data.size() > kMaxProfileBytes) {
      return only_note(fmt::format("the colour profile has {} bytes", chunk->data.size()));
    }
    ColourSource source;
    source.profile.assign(chunk->data.begin(), chunk->data.end());
    return source;
  }
  return {};
}

}  // namespace albumen
