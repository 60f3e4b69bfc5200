// SPDX-License-Identifier: Apache-2.0
// What a file says about its colours: a profile, or the few numbers of a PNG, or nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace albumen {

/// Largest ICC profile that is looked at. The largest in wide use, of printing presses, have about
/// 3 MB.
inline constexpr std::size_t kMaxProfileBytes = std::size_t{4} << 20;

/// What the samples of a file stand for.
enum class ColourModel : std::uint8_t { kGray, kRgb, kCmyk };

/// CIE 1931 x and y.
struct Chromaticity {
  double x = 0;
  double y = 0;

  friend bool operator==(const Chromaticity&, const Chromaticity&) = default;
};

struct Primaries {
  Chromaticity white;
  Chromaticity red;
  Chromaticity green;
  Chromaticity blue;

  friend bool operator==(const Primaries&, const Primaries&) = default;
};

/// Rec. ITU-R BT.709-6, the primaries of sRGB, with D65.
inline constexpr Primaries kSrgbPrimaries{.white = {.x = 0.3127, .y = 0.3290},
                                          .red = {.x = 0.64, .y = 0.33},
                                          .green = {.x = 0.30, .y = 0.60},
                                          .blue = {.x = 0.15, .y = 0.06}};

/// All absent: sRGB, said or taken for granted.
struct ColourSource {
  /// An ICC profile, not looked into; at most kMaxProfileBytes. The others are absent then.
  std::vector<std::byte> profile;
  /// A sample is light to this power: PNG's gAMA, 0.45455 for a screen of 2.2.
  std::optional<double> encoding_gamma;
  std::optional<Primaries> primaries;  ///< PNG's cHRM
  /// Why something that the file has is not here; empty when all is well.
  std::string note;

  [[nodiscard]] bool is_srgb() const { return profile.empty() && !encoding_gamma && !primaries; }
};

}  // namespace albumen
