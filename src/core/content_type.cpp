// SPDX-License-Identifier: Apache-2.0
#include "core/content_type.h"

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace albumen {
namespace {

using enum ContentType;
using namespace std::string_view_literals;

struct Signature {
  ContentType type;
  std::size_t offset;
  std::string_view bytes;
};

// Longer signatures before shorter ones that they begin with. Sources: the format specifications;
// ISO base media brands from ISO/IEC 23008-12 (HEIF), AV1 Image File Format 1.1.
constexpr std::array kSignatures{
    Signature{kJpeg, 0, "\xFF\xD8\xFF"sv},
    Signature{kPng, 0, "\x89PNG\r\n\x1A\n"sv},
    Signature{kGif, 0, "GIF87a"sv},
    Signature{kGif, 0, "GIF89a"sv},
    Signature{kTiff, 0, "II*\0"sv},
    Signature{kTiff, 0, "MM\0*"sv},
    Signature{kTiff, 0, "II+\0"sv},
    Signature{kTiff, 0, "MM\0+"sv},
    Signature{kJpegXl, 0, "\0\0\0\x0CJXL \r\n\x87\n"sv},
    Signature{kJpegXl, 0, "\xFF\x0A"sv},
    Signature{kJpeg2000, 0, "\0\0\0\x0CjP  \r\n\x87\n"sv},
    Signature{kJpeg2000, 0, "\xFF\x4F\xFF\x51"sv},
    Signature{kPsd, 0, "8BPS\0\1"sv},
    Signature{kRaw, 0, "IIRO"sv},  // Olympus ORF, three kinds
    Signature{kRaw, 0, "IIRS"sv},
    Signature{kRaw, 0, "MMOR"sv},
    Signature{kRaw, 0, "IIU\0"sv},  // Panasonic RW2
    Signature{kRaw, 0, "FUJIFILMCCD-RAW "sv},
    Signature{kRaw, 4, "ftypcrx "sv},  // Canon CR3
    Signature{kAvif, 4, "ftypavif"sv},
    Signature{kAvif, 4, "ftypavis"sv},
    Signature{kHeif, 4, "ftypheic"sv},
    Signature{kHeif, 4, "ftypheix"sv},
    Signature{kHeif, 4, "ftyphevc"sv},
    Signature{kHeif, 4, "ftypheim"sv},
    Signature{kHeif, 4, "ftypheis"sv},
    Signature{kHeif, 4, "ftypmif1"sv},
    Signature{kHeif, 4, "ftypmsf1"sv},
    Signature{kVideo, 4, "ftyp"sv},
    Signature{kVideo, 0, "\x1A\x45\xDF\xA3"sv},
    Signature{kZip, 0, "PK\3\4"sv},
    Signature{kZip, 0, "PK\5\6"sv},
};

bool matches(std::string_view head, const Signature& signature) {
  return head.size() >= signature.offset + signature.bytes.size() &&
         head.substr(signature.offset, signature.bytes.size()) == signature.bytes;
}

// Canon CR2: a TIFF whose first directory leaves room for these four bytes behind the header.
bool is_cr2(std::string_view head) {
  return head.size() >= 12 && head.starts_with("II*\0"sv) && head.substr(8, 4) == "CR\2\0"sv;
}

// "P1".."P7" then white space: two bytes alone would match too much text.
bool is_netpbm(std::string_view head) {
  return head.size() >= 3 && head[0] == 'P' && head[1] >= '1' && head[1] <= '7' &&
         (head[2] == '\n' || head[2] == ' ' || head[2] == '\t' || head[2] == '\r');
}

// "BM", file size, two reserved zero words.
bool is_bmp(std::string_view head) {
  return head.size() >= 10 && head.starts_with("BM") && head.substr(6, 4) == "\0\0\0\0"sv;
}

bool is_riff(std::string_view head, std::string_view form) {
  return head.size() >= 12 && head.starts_with("RIFF") && head.substr(8, 4) == form;
}

}  // namespace

ContentType sniff(std::span<const std::byte> bytes) {
  if (bytes.empty()) {
    return kEmpty;
  }
  const std::string_view head{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  if (is_cr2(head)) {
    return kRaw;
  }
  for (const Signature& signature : kSignatures) {
    if (matches(head, signature)) {
      return signature.type;
    }
  }
  if (is_riff(head, "WEBP")) {
    return kWebp;
  }
  if (is_riff(head, "AVI ")) {
    return kVideo;
  }
  if (is_bmp(head)) {
    return kBmp;
  }
  return is_netpbm(head) ? kNetpbm : kUnknown;
}

std::string_view name_of(ContentType type) {
  switch (type) {
    case kUnknown:
      return "unknown";
    case kEmpty:
      return "empty";
    case kJpeg:
      return "JPEG";
    case kPng:
      return "PNG";
    case kWebp:
      return "WebP";
    case kGif:
      return "GIF";
    case kTiff:
      return "TIFF";
    case kBmp:
      return "BMP";
    case kHeif:
      return "HEIF";
    case kAvif:
      return "AVIF";
    case kJpegXl:
      return "JPEG XL";
    case kJpeg2000:
      return "JPEG 2000";
    case kPsd:
      return "PSD";
    case kNetpbm:
      return "Netpbm";
    case kRaw:
      return "RAW";
    case kZip:
      return "ZIP";
    case kVideo:
      return "video";
  }
  return "unknown";
}

bool is_picture(ContentType type) { return type >= kJpeg && type <= kRaw; }

}  // namespace albumen
