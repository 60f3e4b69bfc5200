// SPDX-License-Identifier: Apache-2.0
#include "decode/longtail/protocol.h"

#include <algorithm>
#include <concepts>
#include <string_view>

namespace albumen {
namespace {

constexpr std::uint32_t kMagic = 0x4C424C41;  // "ALBL" in the bytes
constexpr std::uint16_t kVersion = 1;

class MessageWriter {
 public:
  explicit MessageWriter(std::span<std::byte> out) : out_(out) {}

  template <std::unsigned_integral Number>
  void put(Number value) {
    for (std::size_t index = 0; index < sizeof(Number); ++index) {
      out_[at_++] = static_cast<std::byte>(value >> (8 * index));
    }
  }

  void put_text(std::string_view text) {
    for (const char letter : text.substr(0, out_.size() - at_)) {
      out_[at_++] = static_cast<std::byte>(letter);
    }
  }

 private:
  std::span<std::byte> out_;
  std::size_t at_ = 0;
};

// The message's size was checked against the sum of all fields.
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::byte> in) : in_(in) {}

  template <std::unsigned_integral Number>
  Number take() {
    std::uint64_t value = 0;
    for (std::size_t index = 0; index < sizeof(Number); ++index) {
      value |= std::to_integer<std::uint64_t>(in_[at_++]) << (8 * index);
    }
    return static_cast<Number>(value);
  }

  std::string take_text(std::size_t most) {
    std::string text;
    while (text.size() < most && in_[at_] != std::byte{0}) {
      const auto letter = std::to_integer<char>(in_[at_++]);
      text += letter >= ' ' && letter <= '~' ? letter : '?';
    }
    return text;
  }

 private:
  std::span<const std::byte> in_;
  std::size_t at_ = 0;
};

bool takes_head(MessageReader& reader) {
  const bool magic = reader.take<std::uint32_t>() == kMagic;
  const bool version = reader.take<std::uint16_t>() == kVersion;
  return magic && version;
}

bool is_known(LongtailRequestKind kind) {
  return kind == LongtailRequestKind::kProbe || kind == LongtailRequestKind::kDecode ||
         (kind >= LongtailRequestKind::kFirstEscape && kind <= LongtailRequestKind::kLastEscape);
}

bool is_band_count(std::uint32_t bands) { return bands == 1 || bands == 3 || bands == 4; }

bool is_sound_decode(const LongtailRequest& request) {
  constexpr std::uint32_t kMaxShrink = 256;
  return request.width > 0 && request.height > 0 && request.shrink > 0 &&
         request.shrink <= kMaxShrink && is_band_count(request.bands);
}

bool is_sound_probe(const LongtailAnswer& answer) {
  constexpr int kMaxBits = 64;
  return answer.width > 0 && answer.height > 0 && is_band_count(answer.bands) && answer.bits > 0 &&
         answer.bits <= kMaxBits && answer.orientation >= 1 && answer.orientation <= 8;
}

}  // namespace

LongtailRequestMessage to_message(const LongtailRequest& request) {
  LongtailRequestMessage message{};
  MessageWriter writer{message};
  writer.put(kMagic);
  writer.put(kVersion);
  writer.put(static_cast<std::uint16_t>(request.kind));
  writer.put(request.sequence);
  writer.put(static_cast<std::uint32_t>(request.format));
  writer.put(request.file_bytes);
  writer.put(request.width);
  writer.put(request.height);
  writer.put(request.shrink);
  writer.put(request.bands);
  writer.put(request.stride_bytes);
  writer.put(request.pixel_bytes);
  return message;
}

LongtailAnswerMessage to_message(const LongtailAnswer& answer) {
  LongtailAnswerMessage message{};
  MessageWriter writer{message};
  writer.put(kMagic);
  writer.put(kVersion);
  writer.put(static_cast<std::uint16_t>(answer.status));
  writer.put(answer.sequence);
  writer.put(answer.formats);
  writer.put(answer.address_space_bytes);
  writer.put(answer.width);
  writer.put(answer.height);
  writer.put(answer.bands);
  writer.put(answer.bits);
  writer.put(answer.orientation);
  writer.put(static_cast<std::uint8_t>(answer.has_more_frames));
  writer.put(answer.profile_bytes);
  writer.put_text(std::string_view{answer.text}.substr(0, LongtailAnswer::kTextBytes));
  return message;
}

std::optional<LongtailRequest> parse_longtail_request(std::span<const std::byte> message) {
  MessageReader reader{message};
  if (message.size() != kLongtailRequestBytes || !takes_head(reader)) {
    return std::nullopt;
  }
  LongtailRequest request;
  request.kind = static_cast<LongtailRequestKind>(reader.take<std::uint16_t>());
  request.sequence = reader.take<std::uint32_t>();
  const auto format = reader.take<std::uint32_t>();
  request.file_bytes = reader.take<std::uint64_t>();
  request.width = reader.take<std::uint32_t>();
  request.height = reader.take<std::uint32_t>();
  request.shrink = reader.take<std::uint32_t>();
  request.bands = reader.take<std::uint32_t>();
  request.stride_bytes = reader.take<std::uint64_t>();
  request.pixel_bytes = reader.take<std::uint64_t>();
  if (!is_known(request.kind) || format >= kLongtailFormatCount) {
    return std::nullopt;
  }
  if (request.kind == LongtailRequestKind::kDecode && !is_sound_decode(request)) {
    return std::nullopt;
  }
  request.format = static_cast<LongtailFormat>(format);
  return request;
}

std::optional<LongtailAnswer> parse_longtail_answer(std::span<const std::byte> message) {
  MessageReader reader{message};
  if (message.size() != kLongtailAnswerBytes || !takes_head(reader)) {
    return std::nullopt;
  }
  LongtailAnswer answer;
  answer.status = static_cast<LongtailStatus>(reader.take<std::uint16_t>());
  answer.sequence = reader.take<std::uint32_t>();
  answer.formats = reader.take<std::uint32_t>();
  answer.address_space_bytes = reader.take<std::uint64_t>();
  answer.width = reader.take<std::uint32_t>();
  answer.height = reader.take<std::uint32_t>();
  answer.bands = reader.take<std::uint8_t>();
  answer.bits = reader.take<std::uint8_t>();
  answer.orientation = reader.take<std::uint8_t>();
  const auto has_more_frames = reader.take<std::uint8_t>();
  answer.profile_bytes = reader.take<std::uint32_t>();
  answer.text = reader.take_text(LongtailAnswer::kTextBytes);
  if (answer.status < LongtailStatus::kHello || answer.status > LongtailStatus::kRefused ||
      has_more_frames > 1) {
    return std::nullopt;
  }
  // Only a served probe says something about a picture.
  if (answer.status == LongtailStatus::kDone && !is_sound_probe(answer)) {
    return std::nullopt;
  }
  answer.has_more_frames = has_more_frames == 1;
  return answer;
}

}  // namespace albumen
