// SPDX-License-Identifier: Apache-2.0
// What a file is, by its first bytes; names and extensions are never asked.
// Tested by content_type_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace albumen {

enum class ContentType : std::uint8_t {
  kUnknown,  ///< no picture that albumen knows: skipped
  kEmpty,    ///< zero bytes
  kJpeg,
  kPng,
  kWebp,
  // Pictures that this build recognises but cannot decode yet.
  kGif,
  kTiff,
  kBmp,
  kHeif,
  kAvif,
  kJpegXl,
  kJpeg2000,
  kPsd,
  kNetpbm,
  kRaw,  ///< of a camera; many begin as a TIFF does and are told apart by decode/decoder.h
  // Containers and the things found beside pictures.
  kZip,
  kVideo,
};

/// How many leading bytes `sniff` wants to see; fewer may give kUnknown.
inline constexpr std::size_t kSniffBytes = 32;

ContentType sniff(std::span<const std::byte> head);

/// "JPEG", "HEIF", ...
std::string_view name_of(ContentType type);

/// A still picture, whether or not this build can decode it.
bool is_picture(ContentType type);

}  // namespace albumen
