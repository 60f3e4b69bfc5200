// SPDX-License-Identifier: Apache-2.0
// Codes of the markers of a JPEG: ITU-T T.81, table B.1.
#pragma once

#include <array>
#include <cstdint>

namespace albumen {

inline constexpr std::uint8_t kJpegTem = 0x01;
inline constexpr std::uint8_t kJpegSof0 = 0xC0;   // baseline
inline constexpr std::uint8_t kJpegSof1 = 0xC1;   // extended, Huffman
inline constexpr std::uint8_t kJpegSof2 = 0xC2;   // progressive, Huffman
inline constexpr std::uint8_t kJpegSof9 = 0xC9;   // extended, arithmetic
inline constexpr std::uint8_t kJpegSof10 = 0xCA;  // progressive, arithmetic
inline constexpr std::uint8_t kJpegDht = 0xC4;
inline constexpr std::uint8_t kJpegJpg = 0xC8;
inline constexpr std::uint8_t kJpegDac = 0xCC;
inline constexpr std::uint8_t kJpegRst0 = 0xD0;
inline constexpr std::uint8_t kJpegRst7 = 0xD7;
inline constexpr std::uint8_t kJpegSoi = 0xD8;
inline constexpr std::uint8_t kJpegEoi = 0xD9;
inline constexpr std::uint8_t kJpegSos = 0xDA;
inline constexpr std::uint8_t kJpegDqt = 0xDB;
inline constexpr std::uint8_t kJpegDnl = 0xDC;
inline constexpr std::uint8_t kJpegDri = 0xDD;
inline constexpr std::uint8_t kJpegExp = 0xDF;
inline constexpr std::uint8_t kJpegApp0 = 0xE0;
inline constexpr std::uint8_t kJpegApp1 = 0xE1;
inline constexpr std::uint8_t kJpegApp2 = 0xE2;
inline constexpr std::uint8_t kJpegApp14 = 0xEE;
inline constexpr std::uint8_t kJpegApp15 = 0xEF;
inline constexpr std::uint8_t kJpegCom = 0xFE;

/// The last two bytes of a file.
inline constexpr std::array<std::uint8_t, 2> kJpegEnd{0xFF, kJpegEoi};

constexpr bool is_jpeg_restart(std::uint8_t marker) {
  return marker >= kJpegRst0 && marker <= kJpegRst7;
}

/// A frame header of any process: SOF0..SOF15 without DHT, JPG and DAC.
constexpr bool is_jpeg_frame_header(std::uint8_t marker) {
  return (marker & 0xF0U) == kJpegSof0 && marker != kJpegDht && marker != kJpegJpg &&
         marker != kJpegDac;
}

}  // namespace albumen
