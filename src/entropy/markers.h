// SPDX-License-Identifier: Apache-2.0
// Codes of the markers of a JPEG: ITU-T T.81, table B.1.
#pragma once

#include <cstdint>

namespace albumen {

inline constexpr std::uint8_t kJpegTem = 0x01;
inline constexpr std::uint8_t kJpegSof0 = 0xC0;
inline constexpr std::uint8_t kJpegDht = 0xC4;
inline constexpr std::uint8_t kJpegRst0 = 0xD0;
inline constexpr std::uint8_t kJpegRst7 = 0xD7;
inline constexpr std::uint8_t kJpegSoi = 0xD8;
inline constexpr std::uint8_t kJpegEoi = 0xD9;
inline constexpr std::uint8_t kJpegSos = 0xDA;
inline constexpr std::uint8_t kJpegDqt = 0xDB;
inline constexpr std::uint8_t kJpegExp = 0xDF;
inline constexpr std::uint8_t kJpegApp0 = 0xE0;
inline constexpr std::uint8_t kJpegApp1 = 0xE1;
inline constexpr std::uint8_t kJpegApp2 = 0xE2;
inline constexpr std::uint8_t kJpegApp14 = 0xEE;
inline constexpr std::uint8_t kJpegApp15 = 0xEF;
inline constexpr std::uint8_t kJpegCom = 0xFE;

}  // namespace albumen
