// SPDX-License-Identifier: Apache-2.0
#include "colour/internal/matrix_shaper.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <lcms2.h>
#include <optional>
#include <span>

#include "colour/internal/lcms.h"

namespace albumen::internal {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

constexpr std::array kColorants{cmsSigRedColorantTag, cmsSigGreenColorantTag,
                                cmsSigBlueColorantTag};
constexpr std::array kCurves{cmsSigRedTRCTag, cmsSigGreenTRCTag, cmsSigBlueTRCTag};

/// Light to the connection space, D50; its columns are the primaries.
std::optional<Matrix> colorants_of(const LcmsProfile& profile) {
  Matrix matrix{};
  for (std::size_t c = 0; c < 3; ++c) {
    const auto* const xyz =
        static_cast<const cmsCIEXYZ*>(cmsReadTag(profile.get(), kColorants.at(c)));
    if (xyz == nullptr) {
      return std::nullopt;
    }
    matrix[0].at(c) = xyz->X;
    matrix[1].at(c) = xyz->Y;
    matrix[2].at(c) = xyz->Z;
  }
  return matrix;
}

/// Cramer's rule. REQUIRES: the primaries of sRGB, which lie in no plane.
Matrix inverse(const Matrix& m) {
  const auto minor = [&m](std::size_t row, std::size_t column) {
    const auto& one = m.at((row + 1) % 3);
    const auto& two = m.at((row + 2) % 3);
    const std::size_t left = (column + 1) % 3;
    const std::size_t right = (column + 2) % 3;
    return (one.at(left) * two.at(right)) - (one.at(right) * two.at(left));
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

bool is_more_than_primaries(const LcmsProfile& profile) {
  return cmsIsMatrixShaper(profile.get()) == FALSE ||
         cmsGetColorSpace(profile.get()) != cmsSigRgbData ||
         cmsGetPCS(profile.get()) != cmsSigXYZData ||
         cmsIsCLUT(profile.get(), INTENT_RELATIVE_COLORIMETRIC, LCMS_USED_AS_INPUT) != FALSE ||
         cmsIsTag(profile.get(), cmsSigAToB0Tag) != FALSE ||
         cmsIsTag(profile.get(), cmsSigDToB1Tag) != FALSE ||
         cmsIsTag(profile.get(), cmsSigDToB0Tag) != FALSE;
}

/// IEC 61966-2-1.
double encoded(double light) {
  return light <= 0.0031308 ? 12.92 * light : (1.055 * std::pow(light, 1 / 2.4)) - 0.055;
}

}  // namespace

std::optional<MatrixShaper> MatrixShaper::from(const LcmsContext& context,
                                               const LcmsProfile& profile) {
  const LcmsProfile srgb{cmsCreate_sRGBProfileTHR(context.get())};
  if (!srgb || is_more_than_primaries(profile)) {
    return std::nullopt;
  }
  const std::optional<Matrix> from = colorants_of(profile);
  const std::optional<Matrix> to = colorants_of(srgb);
  if (!from || !to) {
    return std::nullopt;
  }
  MatrixShaper shaper;
  const Matrix back = inverse(*to);
  for (std::size_t row = 0; row < 3; ++row) {
    double sum = 0;
    for (std::size_t column = 0; column < 3; ++column) {
      double element = 0;
      for (std::size_t i = 0; i < 3; ++i) {
        element += back.at(row).at(i) * from->at(i).at(column);
      }
      sum += std::abs(element);
      constexpr double kMost = 7;  // three products and their sum stay below 2^31
      if (!(sum < kMost)) {
        return std::nullopt;
      }
      shaper.matrix_.at(row).at(column) = static_cast<std::int32_t>(std::lround(element * kOne));
    }
  }
  for (std::size_t c = 0; c < 3; ++c) {
    const auto* const curve =
        static_cast<const cmsToneCurve*>(cmsReadTag(profile.get(), kCurves.at(c)));
    if (curve == nullptr) {
      return std::nullopt;
    }
    for (std::size_t level = 0; level < 256; ++level) {
      const double light = cmsEvalToneCurveFloat(curve, static_cast<float>(level) / 255.0F);
      if (!std::isfinite(light)) {
        return std::nullopt;
      }
      shaper.to_light_.at(c).at(level) =
          static_cast<std::int32_t>(std::lround(std::clamp(light, 0.0, 1.0) * kOne));
    }
  }
  for (std::size_t light = 0; light < shaper.from_light_.size(); ++light) {
    shaper.from_light_.at(light) =
        static_cast<std::uint8_t>(std::lround(255 * encoded(static_cast<double>(light) / kOne)));
  }
  return shaper;
}

void MatrixShaper::convert(std::span<std::uint8_t> pixels, std::size_t channels) const {
  const auto& m = matrix_;
  for (std::size_t at = 0; at + channels <= pixels.size(); at += channels) {
    std::uint8_t* const pixel = pixels.data() + at;
    const std::int32_t red = to_light_[0][pixel[0]];
    const std::int32_t green = to_light_[1][pixel[1]];
    const std::int32_t blue = to_light_[2][pixel[2]];
    const auto sample = [&](std::size_t row) {
      const std::int32_t sum =
          (m[row][0] * red) + (m[row][1] * green) + (m[row][2] * blue) + (kOne / 2);
      return from_light_[static_cast<std::size_t>(std::clamp(sum >> kBits, 0, kOne))];
    };
    const std::array rgb{sample(0), sample(1), sample(2)};
    pixel[0] = rgb[0];
    pixel[1] = rgb[1];
    pixel[2] = rgb[2];
  }
}

}  // namespace albumen::internal
