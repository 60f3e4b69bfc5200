// SPDX-License-Identifier: Apache-2.0
// Where each format keeps EXIF: APP1 behind JFIF (EXIF 2.32, 4.5.5, as its readers have it), eXIf
// behind IHDR (PNG third edition, 11.3.4), EXIF as the last chunk of an extended WebP (RFC 9649).
#include <algorithm>
#include <array>
#include <libdeflate.h>
#include <string_view>

#include "encode/exif.h"

namespace albumen {
namespace {

using FileBytes = std::span<const std::byte>;

// Enough for each: JPEG's SOI and JFIF have 20, PNG's signature and IHDR 33, WebP's RIFF and VP8X
// or VP8L header 30. The smallest files are longer.
constexpr std::size_t kHeadBytes = 33;
constexpr std::size_t kJfifEnd = 20;
constexpr std::size_t kRiffBytes = 12;
constexpr std::size_t kExtendedChunkBytes = 18;
constexpr auto kHasExif = std::byte{0x08};
constexpr auto kHasAlpha = std::byte{0x10};

FileBytes bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

void append(std::vector<std::byte>& out, std::uint32_t value, std::size_t width, bool big_endian) {
  for (std::size_t index = 0; index < width; ++index) {
    const std::size_t shift = 8 * (big_endian ? width - 1 - index : index);
    out.push_back(static_cast<std::byte>(value >> shift));
  }
}

void append(std::vector<std::byte>& out, FileBytes bytes) {
  out.insert(out.end(), bytes.begin(), bytes.end());
}

std::uint32_t little_endian(FileBytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t index = 4; index-- > 0;) {
    value = (value << 8U) | std::to_integer<std::uint32_t>(bytes[at + index]);
  }
  return value;
}

bool has_at(FileBytes bytes, std::size_t at, std::string_view text) {
  return std::ranges::equal(bytes.subspan(at, text.size()), bytes_of(text));
}

}  // namespace

Result<void> ExifSink::write(std::span<const std::byte> bytes) {
  if (block_.empty() || head_is_written_) {
    return next_.write(bytes);
  }
  const std::size_t missing = std::min(kHeadBytes - head_.size(), bytes.size());
  append(head_, bytes.first(missing));
  if (head_.size() < kHeadBytes) {
    return {};
  }
  head_is_written_ = true;
  TRY(write_head());
  return next_.write(bytes.subspan(missing));
}

Result<void> ExifSink::finish() {
  if (block_.empty()) {
    return {};
  }
  if (!head_is_written_) {
    return fail(ErrorCode::kInternal, "a picture shorter than its header");
  }
  if (!is_webp_) {
    return {};
  }
  std::vector<std::byte> header;
  append(header, bytes_of("EXIF"));
  append(header, static_cast<std::uint32_t>(block_.size()), 4, /*big_endian=*/false);
  TRY(next_.write(header));
  TRY(next_.write(block_));
  constexpr std::byte kPadding{0};
  return block_.size() % 2 == 0 ? Result<void>{} : next_.write({&kPadding, 1});
}

Result<void> ExifSink::write_head() {
  if (has_at(head_, 0, "\xFF\xD8\xFF")) {
    return write_jpeg_head();
  }
  if (has_at(head_, 0, "\x89PNG\r\n\x1A\n")) {
    return write_png_head();
  }
  if (has_at(head_, 0, "RIFF") && has_at(head_, 8, "WEBP")) {
    return write_webp_head();
  }
  return fail(ErrorCode::kInternal, "EXIF for a picture of another format");
}

Result<void> ExifSink::write_jpeg_head() {
  constexpr std::string_view kName{"Exif\0\0", 6};
  const bool has_jfif = has_at(head_, 2, {"\xFF\xE0\0\x10", 4});
  const FileBytes head{head_};
  const std::size_t split = has_jfif ? kJfifEnd : 2;
  std::vector<std::byte> out;
  append(out, head.first(split));
  append(out, bytes_of("\xFF\xE1"));
  append(out, static_cast<std::uint32_t>(2 + kName.size() + block_.size()), 2, /*big_endian=*/true);
  append(out, bytes_of(kName));
  append(out, block_);
  append(out, head.subspan(split));
  return next_.write(out);
}

Result<void> ExifSink::write_png_head() {
  std::vector<std::byte> chunk;
  append(chunk, bytes_of("eXIf"));
  append(chunk, block_);
  const std::uint32_t checksum = libdeflate_crc32(0, chunk.data(), chunk.size());
  std::vector<std::byte> out{head_};
  append(out, static_cast<std::uint32_t>(block_.size()), 4, /*big_endian=*/true);
  append(out, chunk);
  append(out, checksum, 4, /*big_endian=*/true);
  return next_.write(out);
}

// A simple file becomes an extended one; its size in front grows by what is put in and behind.
Result<void> ExifSink::write_webp_head() {
  constexpr std::size_t kFlagsAt = kRiffBytes + 8;
  is_webp_ = true;
  const bool is_extended = has_at(head_, kRiffBytes, "VP8X");
  const auto chunk = static_cast<std::uint32_t>(8 + block_.size() + block_.size() % 2);
  const std::uint32_t inserted = is_extended ? 0 : kExtendedChunkBytes;
  std::vector<std::byte> out;
  append(out, bytes_of("RIFF"));
  append(out, little_endian(head_, 4) + inserted + chunk, 4, /*big_endian=*/false);
  append(out, bytes_of("WEBP"));
  if (!is_extended) {
    // VP8L says in its bits 28 (behind one byte of signature) whether it has alpha.
    constexpr std::size_t kLosslessBits = kRiffBytes + 9;
    const bool has_alpha = has_at(head_, kRiffBytes, "VP8L") &&
                           ((little_endian(head_, kLosslessBits) >> 28U) & 1U) != 0;
    append(out, bytes_of("VP8X"));
    append(out, 10, 4, /*big_endian=*/false);
    out.push_back(has_alpha ? kHasExif | kHasAlpha : kHasExif);
    append(out, 0, 3, /*big_endian=*/false);
    append(out, size_.width - 1, 3, /*big_endian=*/false);
    append(out, size_.height - 1, 3, /*big_endian=*/false);
  }
  append(out, FileBytes{head_}.subspan(kRiffBytes));
  if (is_extended) {
    out[kFlagsAt] |= kHasExif;
  }
  return next_.write(out);
}

}  // namespace albumen
