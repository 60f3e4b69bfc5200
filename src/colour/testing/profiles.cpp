// SPDX-License-Identifier: Apache-2.0
#include "colour/testing/profiles.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <lcms2.h>

#include "colour/colour_source.h"

namespace albumen::testing {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

ProfileBytes saved(cmsHPROFILE profile) {
  cmsUInt32Number size = 0;
  cmsSaveProfileToMem(profile, nullptr, &size);
  ProfileBytes bytes(size);
  cmsSaveProfileToMem(profile, bytes.data(), &size);
  cmsCloseProfile(profile);
  // The second in which it was made (ICC.1:2022, 7.2.10): the same profile has the same bytes.
  std::fill_n(bytes.begin() + 24, 12, std::byte{0});
  return bytes;
}

cmsCIExyY to_lcms(const Chromaticity& point) { return {.x = point.x, .y = point.y, .Y = 1}; }

ProfileBytes rgb_profile_with(const Primaries& primaries, cmsToneCurve* curve) {
  const cmsCIExyY white = to_lcms(primaries.white);
  const cmsCIExyYTRIPLE colours{.Red = to_lcms(primaries.red),
                                .Green = to_lcms(primaries.green),
                                .Blue = to_lcms(primaries.blue)};
  std::array<cmsToneCurve*, 3> curves{curve, curve, curve};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &colours, curves.data());
  cmsFreeToneCurve(curve);
  return saved(profile);
}

int sample_inks(const cmsUInt16Number* in, cmsUInt16Number* out, void* to_lab) {
  std::array<double, 3> rgb{};
  const double black = in[3] / 65535.0;
  for (std::size_t c = 0; c < 3; ++c) {
    rgb.at(c) = std::pow((1 - (in[c] / 65535.0)) * (1 - black), kInkDarkness);
  }
  cmsCIELab lab{};
  cmsDoTransform(to_lab, rgb.data(), &lab, 1);
  cmsFloat2LabEncoded(out, &lab);
  return 1;
}

Rgb times(const Matrix& m, const Rgb& v) {
  Rgb out{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      out.at(row) += m.at(row).at(column) * v.at(column);
    }
  }
  return out;
}

/// Cramer's rule.
Matrix inverse(const Matrix& m) {
  const auto minor = [&m](std::size_t row, std::size_t column) {
    const std::size_t r1 = (row + 1) % 3;
    const std::size_t r2 = (row + 2) % 3;
    const std::size_t c1 = (column + 1) % 3;
    const std::size_t c2 = (column + 2) % 3;
    return (m.at(r1).at(c1) * m.at(r2).at(c2)) - (m.at(r1).at(c2) * m.at(r2).at(c1));
  };
  const double determinant =
      (m[0][0] * minor(0, 0)) + (m[0][1] * minor(0, 1)) + (m[0][2] * minor(0, 2));
  Matrix out{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      out.at(row).at(column) = minor(column, row) / determinant;
    }
  }
  return out;
}

Rgb xyz_of(const Chromaticity& point) {
  return {point.x / point.y, 1, (1 - point.x - point.y) / point.y};
}

/// The three primaries add up to white.
Matrix light_to_xyz(const Primaries& primaries) {
  const std::array columns{xyz_of(primaries.red), xyz_of(primaries.green), xyz_of(primaries.blue)};
  Matrix m{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      m.at(row).at(column) = columns.at(column).at(row);
    }
  }
  const Rgb amounts = times(inverse(m), xyz_of(primaries.white));
  for (auto& row : m) {
    for (std::size_t column = 0; column < 3; ++column) {
      row.at(column) *= amounts.at(column);
    }
  }
  return m;
}

/// ICC.1:2010, annex E.3.
constexpr Matrix kBradford{
    {{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}};

}  // namespace

ProfileBytes rgb_profile(const Primaries& primaries, double gamma) {
  return rgb_profile_with(primaries, cmsBuildGamma(nullptr, gamma));
}

ProfileBytes rgb_profile(const Primaries& primaries) {
  constexpr std::array kSrgb{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return rgb_profile_with(primaries, cmsBuildParametricToneCurve(nullptr, 4, kSrgb.data()));
}

ProfileBytes gray_profile(double gamma) {
  cmsToneCurve* const curve = cmsBuildGamma(nullptr, gamma);
  cmsHPROFILE profile = cmsCreateGrayProfile(cmsD50_xyY(), curve);
  cmsFreeToneCurve(curve);
  return saved(profile);
}

ProfileBytes cmyk_profile(unsigned grid) {
  cmsHPROFILE srgb = cmsCreate_sRGBProfile();
  cmsHPROFILE lab = cmsCreateLab4Profile(nullptr);
  cmsHTRANSFORM to_lab = cmsCreateTransform(srgb, TYPE_RGB_DBL, lab, TYPE_Lab_DBL,
                                            INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOOPTIMIZE);
  cmsStage* const table = cmsStageAllocCLut16bit(nullptr, grid, 4, 3, nullptr);
  cmsStageSampleCLut16bit(table, sample_inks, to_lab, 0);
  cmsPipeline* const pipeline = cmsPipelineAlloc(nullptr, 4, 3);
  cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocToneCurves(nullptr, 4, nullptr));
  cmsPipelineInsertStage(pipeline, cmsAT_END, table);
  cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocToneCurves(nullptr, 3, nullptr));

  cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 4.3);
  cmsSetDeviceClass(profile, cmsSigOutputClass);
  cmsSetColorSpace(profile, cmsSigCmykData);
  cmsSetPCS(profile, cmsSigLabData);
  cmsWriteTag(profile, cmsSigAToB0Tag, pipeline);
  ProfileBytes bytes = saved(profile);
  cmsPipelineFree(pipeline);
  cmsDeleteTransform(to_lab);
  cmsCloseProfile(lab);
  cmsCloseProfile(srgb);
  return bytes;
}

ProfileBytes link_profile() {
  cmsToneCurve* const curve = cmsBuildGamma(nullptr, 2);
  std::array<cmsToneCurve*, 3> curves{curve, curve, curve};
  cmsHPROFILE profile = cmsCreateLinearizationDeviceLink(cmsSigRgbData, curves.data());
  cmsFreeToneCurve(curve);
  return saved(profile);
}

double srgb_encoded(double light) {
  return light <= 0.0031308 ? 12.92 * light : (1.055 * std::pow(light, 1 / 2.4)) - 0.055;
}

double srgb_light(double encoded) {
  return encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
}

Rgb slow_srgb(const Primaries& primaries, const Rgb& light) {
  Rgb cones = times(kBradford, times(light_to_xyz(primaries), light));
  const Rgb from = times(kBradford, xyz_of(primaries.white));
  const Rgb to = times(kBradford, xyz_of(kSrgbPrimaries.white));
  for (std::size_t c = 0; c < 3; ++c) {
    cones.at(c) *= to.at(c) / from.at(c);
  }
  Rgb out = times(inverse(light_to_xyz(kSrgbPrimaries)), times(inverse(kBradford), cones));
  for (double& channel : out) {
    channel = srgb_encoded(std::clamp(channel, 0.0, 1.0));
  }
  return out;
}

}  // namespace albumen::testing
