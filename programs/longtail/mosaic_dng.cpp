// SPDX-License-Identifier: Apache-2.0
#include "mosaic_dng.h"

#include <array>
#include <cmath>

namespace albumen {
namespace {

// TIFF 6.0, section 2; the last of DNG.
enum class Type : std::uint16_t {
  kByte = 1,
  kText = 2,
  kShort = 3,
  kLong = 4,
  kFraction = 5,
  kSignedFraction = 10
};

struct Entry {
  std::uint16_t tag;
  Type type;
  std::uint32_t count;
  std::uint32_t value;  // or where it is
};

constexpr std::uint32_t kHeaderBytes = 8;
constexpr std::uint32_t kEntries = 17;
constexpr std::uint32_t kMatrixAt = kHeaderBytes + 2 + (kEntries * 12) + 4;
// IEC 61966-2-1: XYZ under D65 to linear sRGB, in ten thousandths.
constexpr std::array kFromXyz{32405, -15371, -4985, -9693, 18760, 416, 556, -2040, 10572};
constexpr std::uint32_t kNeutralAt = kMatrixAt + (kFromXyz.size() * 8);
constexpr std::uint32_t kPixelsAt = kNeutralAt + (3 * 8);
constexpr std::uint32_t kWhite = 65535;

void put(std::vector<std::byte>& out, std::uint32_t number, int width) {
  for (int index = 0; index < width; ++index) {
    out.push_back(static_cast<std::byte>(number >> (8 * index)));
  }
}

// What the sensor counts where the picture is to have this value.
std::uint32_t light_of(double value) {
  const double share = value / 255;
  const double light = share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
  return static_cast<std::uint32_t>(std::lround(light * kWhite));
}

}  // namespace

std::vector<std::byte> mosaic_dng(std::uint32_t width, std::uint32_t height,
                                  const ColourAt& colour_at) {
  const std::array<Entry, kEntries> entries{{
      {256, Type::kLong, 1, width},                                // ImageWidth
      {257, Type::kLong, 1, height},                               // ImageLength
      {258, Type::kShort, 1, 16},                                  // BitsPerSample
      {259, Type::kShort, 1, 1},                                   // Compression: none
      {262, Type::kShort, 1, 32803},                               // Photometric: a mosaic
      {271, Type::kText, 2, 'A'},                                  // Make
      {272, Type::kText, 2, 'A'},                                  // Model
      {273, Type::kLong, 1, kPixelsAt},                            // StripOffsets
      {277, Type::kShort, 1, 1},                                   // SamplesPerPixel
      {278, Type::kLong, 1, height},                               // RowsPerStrip
      {279, Type::kLong, 1, 2 * width * height},                   // StripByteCounts
      {33421, Type::kShort, 2, (2U << 16U) | 2U},                  // CFARepeatPatternDim
      {33422, Type::kByte, 4, 0x02010100},                         // CFAPattern
      {50706, Type::kByte, 4, 0x00000401},                         // DNGVersion
      {50717, Type::kLong, 1, kWhite},                             // WhiteLevel
      {50721, Type::kSignedFraction, kFromXyz.size(), kMatrixAt},  // ColorMatrix1
      {50728, Type::kFraction, 3, kNeutralAt},                     // AsShotNeutral
  }};
  std::vector<std::byte> out;
  for (const char letter : {'I', 'I', '*', '\0'}) {
    out.push_back(static_cast<std::byte>(letter));
  }
  put(out, kHeaderBytes, 4);
  put(out, kEntries, 2);
  for (const Entry& entry : entries) {
    put(out, entry.tag, 2);
    put(out, static_cast<std::uint32_t>(entry.type), 2);
    put(out, entry.count, 4);
    put(out, entry.value, 4);
  }
  put(out, 0, 4);  // no further directory
  for (const int element : kFromXyz) {
    put(out, static_cast<std::uint32_t>(element), 4);
    put(out, 10'000, 4);
  }
  for (int number = 0; number < 3 * 2; ++number) {
    put(out, 1, 4);  // grey is where all three count the same
  }
  for (std::uint32_t y = 0; y < height; ++y) {
    for (std::uint32_t x = 0; x < width; ++x) {
      put(out, light_of(colour_at((y % 2) + (x % 2), x, y)), 2);
    }
  }
  return out;
}

}  // namespace albumen
