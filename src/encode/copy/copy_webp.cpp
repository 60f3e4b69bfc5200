// SPDX-License-Identifier: Apache-2.0
// RIFF chunks of a WebP: RFC 9649, section 2.
#include <algorithm>
#include <array>
#include <string_view>

#include "encode/copy/copy_formats.h"

namespace albumen {
namespace {

constexpr std::size_t kFileHeaderBytes = 12;  // "RIFF", size, "WEBP"
constexpr std::size_t kChunkHeaderBytes = 8;  // four letters, size
constexpr std::size_t kFrameHeaderBytes = 16;
constexpr std::size_t kExtendedBytes = 10;
// Of VP8X: there is a profile, EXIF, XMP.
constexpr auto kBesidePixels = std::byte{0x20 | 0x08 | 0x04};
constexpr std::array<std::string_view, 3> kPixels{"VP8 ", "VP8L", "ALPH"};

bool is_pixels(std::string_view type) { return std::ranges::find(kPixels, type) != kPixels.end(); }

std::unexpected<Error> ends_early() {
  return fail(ErrorCode::kTruncated, "the WebP ends inside a chunk");
}

struct Chunk {
  std::string_view type;
  FileBytes all;  // with header and padding
  FileBytes data;
};

// The chunks of `bytes`, one after the other.
class Chunks {
 public:
  explicit Chunks(FileBytes bytes) : rest_(bytes) {}

  [[nodiscard]] bool has_more() const { return !rest_.empty(); }

  Result<Chunk> next() {
    if (rest_.size() < kChunkHeaderBytes) {
      return ends_early();
    }
    const std::uint64_t size = little_endian(rest_, 4);
    const std::uint64_t whole = kChunkHeaderBytes + size + (size & 1U);
    if (whole > rest_.size()) {
      return ends_early();
    }
    const Chunk chunk{.type = four_letters(rest_, 0),
                      .all = rest_.first(whole),
                      .data = rest_.subspan(kChunkHeaderBytes, size)};
    rest_ = rest_.subspan(whole);
    return chunk;
  }

 private:
  FileBytes rest_;
};

// A frame of an animation could hide anything beside its pixels.
Result<void> check_frame(const Chunk& frame) {
  if (frame.data.size() < kFrameHeaderBytes) {
    return fail(ErrorCode::kCorrupt, "a frame of a WebP is too short");
  }
  Chunks parts{frame.data.subspan(kFrameHeaderBytes)};
  while (parts.has_more()) {
    const Chunk part = TRY(parts.next());
    if (!is_pixels(part.type)) {
      return fail(ErrorCode::kUnsupported, "a frame of a WebP has more than pixels");
    }
  }
  return {};
}

// What is kept of one chunk, part by part, to `take`.
template <class Take>
Result<void> keep_chunk(const Chunk& chunk, const Take& take) {
  if (is_pixels(chunk.type) || chunk.type == "ANIM") {
    return take(chunk.all);
  }
  if (chunk.type == "ANMF") {
    TRY(check_frame(chunk));
    return take(chunk.all);
  }
  if (chunk.type != "VP8X") {
    return {};
  }
  if (chunk.data.size() != kExtendedBytes) {
    return fail(ErrorCode::kUnsupported, "an extended WebP of an unknown kind");
  }
  TRY(take(chunk.all.first(kChunkHeaderBytes)));
  const std::byte flags = chunk.data[0] & ~kBesidePixels;
  TRY(take(FileBytes{&flags, 1}));
  return take(chunk.data.subspan(1));
}

template <class Take>
Result<void> keep_picture(FileBytes chunks, const Take& take) {
  Chunks all{chunks};
  bool has_pixels = false;
  while (all.has_more()) {
    const Chunk chunk = TRY(all.next());
    TRY(keep_chunk(chunk, take));
    has_pixels = has_pixels || chunk.type == "VP8 " || chunk.type == "VP8L" || chunk.type == "ANMF";
  }
  return has_pixels ? Result<void>{} : fail(ErrorCode::kCorrupt, "a WebP without pixels");
}

}  // namespace

Result<void> copy_webp_picture(FileBytes file, ByteSink& sink) {
  if (file.size() < kFileHeaderBytes || !begins_with(file, "RIFF") ||
      four_letters(file, kChunkHeaderBytes) != "WEBP") {
    return fail(ErrorCode::kUnsupported, "no WebP");
  }
  const std::uint64_t end = kChunkHeaderBytes + std::uint64_t{little_endian(file, 4)};
  if (end > file.size() || end < kFileHeaderBytes) {
    return ends_early();
  }
  const FileBytes chunks = file.subspan(kFileHeaderBytes, end - kFileHeaderBytes);
  std::size_t kept = kFileHeaderBytes - kChunkHeaderBytes;
  TRY(keep_picture(chunks, [&](FileBytes part) -> Result<void> {
    kept += part.size();
    return {};
  }));
  TRY(sink.write(file.first(4)));
  TRY(sink.write(to_little_endian(static_cast<std::uint32_t>(kept))));
  TRY(sink.write(file.subspan(kChunkHeaderBytes, 4)));
  return keep_picture(chunks, [&](FileBytes part) { return sink.write(part); });
}

}  // namespace albumen
