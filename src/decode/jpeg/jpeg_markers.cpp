// SPDX-License-Identifier: Apache-2.0
#include "decode/jpeg/jpeg_markers.h"

#include <cstring>

namespace albumen {
namespace {

constexpr std::uint8_t kFill = 0xFF;

bool stands_alone(std::uint8_t marker) {
  return is_jpeg_restart(marker) || marker == kJpegTem || marker == kJpegSoi || marker == kJpegEoi;
}

}  // namespace

// Leaves position_ after the code. Bytes that are no marker are passed over, as libjpeg does:
// entropy-coded data after a SOS, stray bytes elsewhere.
std::optional<std::uint8_t> JpegMarkers::find_marker() {
  while (position_ < bytes_.size()) {
    const void* const found =
        std::memchr(bytes_.data() + position_, kFill, bytes_.size() - position_);
    if (found == nullptr) {
      break;
    }
    position_ = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes_.data()) + 1;
    while (position_ < bytes_.size() && bytes_[position_] == std::byte{kFill}) {
      ++position_;
    }
    if (position_ == bytes_.size()) {
      break;
    }
    const auto code = std::to_integer<std::uint8_t>(bytes_[position_]);
    ++position_;
    if (code != 0 && !(in_entropy_data_ && is_jpeg_restart(code))) {
      return code;
    }
  }
  position_ = bytes_.size();
  return std::nullopt;
}

Result<JpegSegment> JpegMarkers::next() {
  const auto marker = find_marker();
  if (!marker) {
    return fail(ErrorCode::kTruncated, "the JPEG ends before its end marker");
  }
  JpegSegment segment{.marker = *marker, .begin = position_ - 2, .end = position_, .payload = {}};
  in_entropy_data_ = *marker == kJpegSos;
  if (stands_alone(*marker)) {
    return segment;
  }
  const auto length = read_number(bytes_, position_, 2, ByteOrder::kBigEndian);
  if (!length || *length > bytes_.size() - position_) {
    return fail(ErrorCode::kTruncated, "the JPEG ends inside a marker segment");
  }
  if (*length < 2) {
    return fail(ErrorCode::kCorrupt, "a JPEG marker segment is shorter than its own length field");
  }
  segment.payload = bytes_.subspan(position_ + 2, *length - 2);
  position_ += *length;
  segment.end = position_;
  return segment;
}

}  // namespace albumen
