// SPDX-License-Identifier: Apache-2.0
#include "decode/identity.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "core/content_type.h"
#include "decode/internal/byte_reader.h"
#include "decode/jpeg/jpeg_markers.h"
#include "decode/png/png_chunks.h"
#include "decode/webp/webp_chunks.h"

namespace albumen {
namespace {

/// What makes a picture, as parts of the file in order.
struct Payload {
  /// Cameras and editors leave a few dozen. What has more is known by its file alone: each costs
  /// memory that nobody paid for, and an empty comment takes four bytes.
  static constexpr std::size_t kMostParts = 4096;

  std::vector<ByteSpan> parts;
  std::vector<ByteSpan> profile;
  bool has_too_many = false;  ///< and therefore not all of them

  /// Appends, or grows the last part where the two touch.
  void keep(ByteSpan part) {
    if (!parts.empty() && parts.back().data() + parts.back().size() == part.data()) {
      parts.back() = {parts.back().data(), parts.back().size() + part.size()};
    } else if (!part.empty()) {
      append(parts, part);
    }
  }

  void keep_profile(ByteSpan part) { append(profile, part); }

 private:
  void append(std::vector<ByteSpan>& list, ByteSpan part) {
    has_too_many = has_too_many || list.size() == kMostParts;
    if (!has_too_many) {
      list.push_back(part);
    }
  }
};

bool is_metadata(const JpegSegment& segment) {
  if (segment.marker == kJpegApp14) {
    return !starts_with(segment.payload, "Adobe");
  }
  return segment.marker == kJpegCom ||
         (segment.marker >= kJpegApp0 && segment.marker <= kJpegApp15);
}

// ICC.1:2010, B.4: "ICC_PROFILE\0", number of the part from 1, number of parts, data.
void collect_profile(std::map<std::byte, ByteSpan>& profile, const JpegSegment& segment) {
  constexpr std::string_view kName{"ICC_PROFILE\0", 12};
  constexpr std::size_t kHeaderBytes = 14;
  if (segment.marker == kJpegApp2 && starts_with(segment.payload, kName) &&
      segment.payload.size() >= kHeaderBytes) {
    profile.try_emplace(segment.payload[kName.size()], segment.payload.subspan(kHeaderBytes));
  }
}

// To the end marker: what follows (previews, films) is no part of the picture.
std::optional<Payload> jpeg_payload(ByteSpan bytes) {
  Payload payload;
  std::map<std::byte, ByteSpan> profile;
  JpegMarkers markers{bytes};
  std::size_t kept_from = 0;
  while (true) {
    const auto segment = markers.next();
    if (!segment.has_value()) {
      return std::nullopt;
    }
    if (is_metadata(*segment)) {
      collect_profile(profile, *segment);
      payload.keep(bytes.subspan(kept_from, segment->begin - kept_from));
      kept_from = segment->end;
    }
    if (segment->marker == kJpegEoi) {
      payload.keep(bytes.subspan(kept_from, segment->end - kept_from));
      for (const auto& [number, part] : profile) {
        payload.profile.push_back(part);
      }
      return payload;
    }
  }
}

std::optional<Payload> png_payload(ByteSpan bytes) {
  constexpr std::array<std::string_view, 5> kMetadata{"tEXt", "zTXt", "iTXt", "tIME", "eXIf"};
  Payload payload;
  payload.keep(slice(bytes, 0, kPngSignatureBytes));
  PngChunks chunks{bytes};
  while (true) {
    const auto chunk = chunks.next();
    if (!chunk.has_value()) {
      return std::nullopt;
    }
    if (chunk->type == "iCCP") {
      payload.keep_profile(chunk->data);
    } else if (std::ranges::find(kMetadata, chunk->type) == kMetadata.end()) {
      payload.keep(bytes.subspan(chunk->begin, chunk->end - chunk->begin));
    }
    if (chunk->type == "IEND") {
      return payload;
    }
  }
}

// VP8X says which other chunks there are; of it, only an animation's canvas matters.
std::optional<Payload> webp_payload(ByteSpan bytes) {
  constexpr std::array<std::string_view, 2> kMetadata{"EXIF", "XMP "};
  constexpr std::size_t kCanvasAt = 4;
  Payload payload;
  WebpChunks chunks = WebpChunks::of_file(bytes);
  while (const auto chunk = chunks.next()) {
    if (chunk->truncated) {
      return std::nullopt;
    }
    if (const auto extended = parse_extended_header(*chunk)) {
      if (extended->animated) {
        payload.keep(chunk->data.subspan(kCanvasAt));
      }
    } else if (chunk->type == "ICCP") {
      payload.keep_profile(chunk->data);
    } else if (std::ranges::find(kMetadata, chunk->type) == kMetadata.end()) {
      payload.keep(bytes.subspan(chunk->begin, chunk->end - chunk->begin));
    }
  }
  return payload.parts.empty() ? std::nullopt : std::optional{payload};
}

std::optional<Payload> payload_of(ByteSpan bytes) {
  switch (sniff(slice(bytes, 0, kSniffBytes))) {
    case ContentType::kJpeg:
      return jpeg_payload(bytes);
    case ContentType::kPng:
      return png_payload(bytes);
    case ContentType::kWebp:
      return webp_payload(bytes);
    default:
      return std::nullopt;
  }
}

Sha256Digest digest_of(const std::vector<ByteSpan>& parts) {
  Sha256 hash;
  for (const ByteSpan part : parts) {
    hash.update(part);
  }
  return hash.finish();
}

// Both hashes over one block while it is in the cache, and a look at the stop before each.
// Positions are offsets in the file.
class TwoHashes {
 public:
  TwoHashes(ByteSpan file, const StopToken& stop) : file_(file), stop_(stop) {}

  Result<void> keep(ByteSpan part) {
    TRY(take_to(static_cast<std::size_t>(part.data() - file_.data()), Use::kFile));
    return take_to(position_ + part.size(), Use::kFileAndPicture);
  }

  Result<PictureIdentity> finish(Orientation orientation, const Sha256Digest& profile) {
    TRY(take_to(file_.size(), Use::kFile));
    const auto turn = std::byte{static_cast<std::uint8_t>(orientation)};
    picture_hash_.update({&turn, 1});
    picture_hash_.update(profile.bytes);
    return PictureIdentity{.file = file_hash_.finish(), .picture = picture_hash_.finish()};
  }

 private:
  enum class Use : std::uint8_t { kFile, kFileAndPicture };

  Result<void> take_to(std::size_t end, Use use) {
    constexpr std::size_t kBlockBytes = std::size_t{128} * 1024;
    while (position_ < end) {
      TRY(check_stop(stop_));
      const ByteSpan block = file_.subspan(position_, std::min(end - position_, kBlockBytes));
      file_hash_.update(block);
      if (use == Use::kFileAndPicture) {
        picture_hash_.update(block);
      }
      position_ += block.size();
    }
    return {};
  }

  ByteSpan file_;
  const StopToken& stop_;  // outlives this
  std::size_t position_ = 0;
  Sha256 file_hash_;
  Sha256 picture_hash_;
};

}  // namespace

Result<PictureIdentity> identify(const EncodedImage& image, Orientation orientation,
                                 const StopToken& stop) {
  const ByteSpan bytes = image.bytes.bytes();
  const auto payload = payload_of(bytes);
  if (!payload || payload->has_too_many) {
    const Sha256Digest file = TRY(sha256(bytes, stop));
    return PictureIdentity{.file = file, .picture = file};
  }
  TwoHashes hashes{bytes, stop};
  for (const ByteSpan part : payload->parts) {
    TRY(hashes.keep(part));
  }
  return hashes.finish(orientation, digest_of(payload->profile));
}

}  // namespace albumen
