// SPDX-License-Identifier: Apache-2.0
// ICC profiles made by code, and the slow way from their colours to sRGB in doubles.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colour/colour_source.h"

namespace albumen::testing {

using ProfileBytes = std::vector<std::byte>;

// The makers' own numbers: Adobe RGB (1998) 4.3.1; SMPTE EG 432-1 with D65; ROMM RGB,
// ISO 22028-2.
inline constexpr Primaries kAdobeRgb{.white = {.x = 0.3127, .y = 0.3290},
                                     .red = {.x = 0.64, .y = 0.33},
                                     .green = {.x = 0.21, .y = 0.71},
                                     .blue = {.x = 0.15, .y = 0.06}};
inline constexpr Primaries kDisplayP3{.white = {.x = 0.3127, .y = 0.3290},
                                      .red = {.x = 0.680, .y = 0.320},
                                      .green = {.x = 0.265, .y = 0.690},
                                      .blue = {.x = 0.150, .y = 0.060}};
inline constexpr Primaries kProPhoto{.white = {.x = 0.3457, .y = 0.3585},
                                     .red = {.x = 0.7347, .y = 0.2653},
                                     .green = {.x = 0.1596, .y = 0.8404},
                                     .blue = {.x = 0.0366, .y = 0.0001}};

/// Three primaries and one exponent from sample to light.
ProfileBytes rgb_profile(const Primaries& primaries, double gamma);

/// Primaries with the curve of sRGB.
ProfileBytes rgb_profile(const Primaries& primaries);

ProfileBytes gray_profile(double gamma);

/// Inks whose paper is dark where they meet: each channel is sRGB's
/// ((1 - ink) * (1 - black)) ^ kInkDarkness. A table of `grid` steps for each ink.
ProfileBytes cmyk_profile(unsigned grid = 9);

inline constexpr double kInkDarkness = 1.5;

/// Of a kind that joins two devices and describes no picture.
ProfileBytes link_profile();

using Rgb = std::array<double, 3>;  ///< 0..1

/// Light (linear, 0..1, of those primaries) to encoded sRGB, clipped; Bradford from white to white.
Rgb slow_srgb(const Primaries& primaries, const Rgb& light);

/// IEC 61966-2-1.
double srgb_encoded(double light);
double srgb_light(double encoded);

}  // namespace albumen::testing
