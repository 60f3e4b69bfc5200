// SPDX-License-Identifier: Apache-2.0
// Chunks of a PNG: PNG specification, third edition, sections 5 and 11.
#include <algorithm>
#include <array>
#include <libdeflate.h>
#include <optional>
#include <string_view>

#include "encode/copy/copy_formats.h"

namespace albumen {
namespace {

constexpr std::string_view kSignature{"\x89PNG\r\n\x1A\n", 8};
constexpr std::size_t kHeaderBytes = 8;    // length, type
constexpr std::size_t kChecksumBytes = 4;  // CRC-32 of type and data
constexpr std::uint32_t kMaxLength = 0x7FFF'FFFF;

constexpr std::array<std::string_view, 4> kCritical{"IHDR", "PLTE", "IDAT", "IEND"};
// Transparency, colours (also of high dynamic range), animation.
constexpr std::array<std::string_view, 8> kShown{"tRNS", "sRGB", "cICP", "mDCV",
                                                 "cLLI", "acTL", "fcTL", "fdAT"};
constexpr std::array<std::string_view, 2> kColourNumbers{"gAMA", "cHRM"};

bool contains(std::span<const std::string_view> types, std::string_view type) {
  return std::ranges::find(types, type) != types.end();
}

struct Chunk {
  std::string_view type;
  FileBytes all;  // from the length to the checksum
};

Result<Chunk> chunk_at(FileBytes file, std::size_t at) {
  if (file.size() - at < kHeaderBytes + kChecksumBytes) {
    return fail(ErrorCode::kTruncated, "the PNG ends before its end chunk");
  }
  const std::uint32_t length = big_endian(file, at, 4);
  if (length > kMaxLength) {
    return fail(ErrorCode::kCorrupt, "a PNG chunk claims more than 2^31 - 1 bytes");
  }
  if (length > file.size() - at - kHeaderBytes - kChecksumBytes) {
    return fail(ErrorCode::kTruncated, "the PNG ends inside a chunk");
  }
  return Chunk{.type = four_letters(file, at + 4),
               .all = file.subspan(at, kHeaderBytes + length + kChecksumBytes)};
}

bool is_sound(const Chunk& chunk) {
  const FileBytes summed = chunk.all.subspan(4, chunk.all.size() - 4 - kChecksumBytes);
  return libdeflate_crc32(0, summed.data(), summed.size()) ==
         big_endian(chunk.all, chunk.all.size() - kChecksumBytes, kChecksumBytes);
}

// Before the pixels, where it counts.
bool has_profile(FileBytes file) {
  std::size_t at = kSignature.size();
  while (true) {
    const auto chunk = chunk_at(file, at);
    if (!chunk.has_value() || chunk->type == "IDAT" || chunk->type == "IEND") {
      return false;
    }
    if (chunk->type == "iCCP") {
      return true;
    }
    at += chunk->all.size();
  }
}

}  // namespace

Result<void> copy_png_picture(FileBytes file, ByteSink& sink) {
  if (!begins_with(file, kSignature)) {
    return fail(ErrorCode::kUnsupported, "no PNG");
  }
  TRY(sink.write(file.first(kSignature.size())));
  const bool profiled = has_profile(file);
  bool has_pixels = false;
  for (std::size_t at = kSignature.size();;) {
    const Chunk chunk = TRY(chunk_at(file, at));
    at += chunk.all.size();
    const bool is_critical = contains(kCritical, chunk.type);
    if (!is_critical && (chunk.type[0] & 0x20) == 0) {
      return fail(ErrorCode::kUnsupported, "a PNG chunk that only its writer knows");
    }
    if (is_critical || contains(kShown, chunk.type) ||
        (!profiled && contains(kColourNumbers, chunk.type))) {
      if (!is_sound(chunk)) {
        return fail(ErrorCode::kCorrupt, "a PNG chunk does not match its checksum");
      }
      TRY(sink.write(chunk.all));
    }
    has_pixels = has_pixels || chunk.type == "IDAT";
    if (chunk.type == "IEND") {
      return has_pixels ? Result<void>{} : fail(ErrorCode::kCorrupt, "a PNG without pixels");
    }
  }
}

}  // namespace albumen
