// SPDX-License-Identifier: Apache-2.0
// What albumen and the program albumen-longtail say to each other: one request, one answer, each a
// message of fixed size over a SOCK_SEQPACKET pair, numbers little-endian. Descriptors travel
// beside a request: the file, and for a decode the memory for its pixels. Both programs compile
// this; it needs the standard library alone. Tested by protocol_test.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace albumen {

/// Bit number in LongtailAnswer::formats, and what a request names. Never renumbered.
enum class LongtailFormat : std::uint8_t {
  kTiff,
  kGif,
  kBmp,
  kHeif,
  kAvif,
  kJpegXl,
  kJpeg2000,
  kPsd,
  kNetpbm,
  kRaw,
};

inline constexpr std::size_t kLongtailFormatCount = 10;

constexpr std::uint32_t bit_of(LongtailFormat format) {
  return std::uint32_t{1} << static_cast<unsigned>(format);
}

enum class LongtailRequestKind : std::uint16_t {
  kProbe = 1,   ///< one descriptor: the file
  kDecode = 2,  ///< two: the file, then the memory of the pixels
  /// From here on for the sandbox's test; the program that users run refuses them.
  kFirstEscape = 100,
  kLastEscape = 199,
};

struct LongtailRequest {
  LongtailRequestKind kind = LongtailRequestKind::kProbe;
  std::uint32_t sequence = 0;  ///< the answer repeats it
  LongtailFormat format = LongtailFormat::kTiff;
  std::uint64_t file_bytes = 0;
  // The rest is of a decode.
  std::uint32_t width = 0;  ///< as the probe said; another picture is refused
  std::uint32_t height = 0;
  std::uint32_t shrink = 1;  ///< side of the box of pixels averaged to one
  std::uint32_t bands = 3;   ///< as the probe said
  std::uint64_t stride_bytes = 0;
  std::uint64_t pixel_bytes = 0;  ///< of the memory; whole rows, stride * rows

  friend bool operator==(const LongtailRequest&, const LongtailRequest&) = default;
};

enum class LongtailStatus : std::uint16_t {
  kHello = 1,    ///< first message, unasked: it is ready
  kDone = 2,     ///< the request was served
  kUnreadable,   ///< the file contradicts itself or ends early
  kUnsupported,  ///< valid, but not read
  kNoMemory,     ///< more than the child may have
  kRefused,      ///< the request made no sense to it
};

struct LongtailAnswer {
  static constexpr std::size_t kTextBytes = 120;

  LongtailStatus status = LongtailStatus::kRefused;
  std::uint32_t sequence = 0;
  // Of the hello.
  std::uint32_t formats = 0;              ///< bit_of each that was decoded once at the start
  std::uint64_t address_space_bytes = 0;  ///< taken once all is loaded
  // Of a probe.
  std::uint32_t width = 0;  ///< pixels in the file, before turning
  std::uint32_t height = 0;
  std::uint8_t bands = 0;           ///< of decoded rows: 1 grey, 3 RGB, 4 RGB and straight alpha
  std::uint8_t bits = 0;            ///< per sample in the file
  std::uint8_t orientation = 1;     ///< as EXIF counts, 1..8
  bool has_more_frames = false;     ///< or pages, or pictures
  std::uint32_t profile_bytes = 0;  ///< of the colour profile inside; pixels come as sRGB
  std::string text;                 ///< of a failure: printable ASCII, at most kTextBytes

  friend bool operator==(const LongtailAnswer&, const LongtailAnswer&) = default;
};

/// How the child ends where a library would abort for want of memory.
inline constexpr int kLongtailNoMemoryExit = 77;

inline constexpr std::size_t kLongtailRequestBytes = 64;
inline constexpr std::size_t kLongtailAnswerBytes = 168;

using LongtailRequestMessage = std::array<std::byte, kLongtailRequestBytes>;
using LongtailAnswerMessage = std::array<std::byte, kLongtailAnswerBytes>;

LongtailRequestMessage to_message(const LongtailRequest& request);
/// Texts are cut at kTextBytes.
LongtailAnswerMessage to_message(const LongtailAnswer& answer);

/// Nothing unless the message has the right size, magic and version and every field is inside its
/// range. Sizes are only checked against zero: what is too large is the caller's to say.
std::optional<LongtailRequest> parse_longtail_request(std::span<const std::byte> message);
/// As above. What is not printable in the text becomes a question mark.
std::optional<LongtailAnswer> parse_longtail_answer(std::span<const std::byte> message);

}  // namespace albumen
