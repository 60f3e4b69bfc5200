// SPDX-License-Identifier: Apache-2.0
#include "colour/colour_transform.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fmt/core.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colour/colour_source.h"
#include "colour/internal/lcms.h"
#include "colour/internal/matrix_shaper.h"
#include "core/check.h"

namespace albumen {

/// Grey has a table, the others what the library made.
struct ColourTransform::Tables {
  internal::LcmsContext context;  // before what lives in it
  internal::LcmsTransform transform;
  std::optional<internal::MatrixShaper> shaper;  // instead, where the profile is that simple
  std::array<std::array<std::uint8_t, 3>, 256> gray{};
};

namespace {

using internal::LcmsContext;
using internal::LcmsFormats;
using internal::LcmsProfile;
using internal::LcmsTransform;
using Tables = ColourTransform::Tables;

/// A screen's gamma that differs by less is not meant to differ: PNG writers say 0.45455 and mean
/// the curve of sRGB. libpng's threshold (PNG_GAMMA_THRESHOLD).
constexpr double kSrgbGamma = 0.45455;
constexpr double kGammaTolerance = 0.05;

void run(const LcmsTransform& transform, const std::uint8_t* in, std::uint8_t* out,
         std::size_t pixels) {
  cmsDoTransform(transform.get(), in, out, static_cast<cmsUInt32Number>(pixels));
}

bool is_near(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return std::ranges::equal(a, b, [](int one, int other) { return std::abs(one - other) <= 1; });
}

/// Every sample of a coarse cube, and all greys.
std::vector<std::uint8_t> probe_colours() {
  std::vector<std::uint8_t> rgb;
  constexpr int kSteps = 16;
  for (int red = 0; red <= kSteps; ++red) {
    for (int green = 0; green <= kSteps; ++green) {
      for (int blue = 0; blue <= kSteps; ++blue) {
        for (const int step : {red, green, blue}) {
          rgb.push_back(static_cast<std::uint8_t>(step * 255 / kSteps));
        }
      }
    }
  }
  for (int gray = 0; gray < 256; ++gray) {
    rgb.insert(rgb.end(), 3, static_cast<std::uint8_t>(gray));
  }
  return rgb;
}

bool changes_nothing(const LcmsTransform& transform) {
  const std::vector<std::uint8_t> before = probe_colours();
  std::vector<std::uint8_t> after(before.size());
  run(transform, before.data(), after.data(), before.size() / 3);
  return is_near(before, after);
}

/// The short way, where it goes where Little CMS goes.
std::optional<internal::MatrixShaper> shaper_like(const LcmsTransform& transform,
                                                  const LcmsContext& context,
                                                  const LcmsProfile& profile) {
  std::optional<internal::MatrixShaper> shaper = internal::MatrixShaper::from(context, profile);
  if (!shaper) {
    return std::nullopt;
  }
  std::vector<std::uint8_t> one = probe_colours();
  std::vector<std::uint8_t> other = one;
  run(transform, one.data(), one.data(), one.size() / 3);
  shaper->convert(other, 3);
  return is_near(one, other) ? shaper : std::nullopt;
}

bool changes_nothing(const Tables& tables) {
  for (std::size_t level = 0; level < tables.gray.size(); ++level) {
    std::array<std::uint8_t, 3> same{};
    same.fill(static_cast<std::uint8_t>(level));
    if (!is_near(tables.gray.at(level), same)) {
      return false;
    }
  }
  return true;
}

/// Whether samples of `model` can be read with a profile of that kind. Grey pictures with an RGB
/// profile exist: their grey is that of equal channels.
bool fits(cmsColorSpaceSignature space, ColourModel model) {
  switch (model) {
    case ColourModel::kGray:
      return space == cmsSigGrayData || space == cmsSigRgbData;
    case ColourModel::kRgb:
      return space == cmsSigRgbData;
    case ColourModel::kCmyk:
      return space == cmsSigCmykData;
  }
  return false;
}

/// Others join or name colours, and describe no picture.
bool describes_pictures(cmsProfileClassSignature kind) {
  return kind == cmsSigInputClass || kind == cmsSigDisplayClass || kind == cmsSigOutputClass ||
         kind == cmsSigColorSpaceClass;
}

ColourChoice not_used(std::string_view why) {
  return {.transform = nullptr, .note = fmt::format("the colour profile is not used: {}", why)};
}

/// A profile goes before the context that it lives in.
struct Opened {
  LcmsContext context;
  LcmsProfile profile;
};

ColourChoice choose_gray(const Opened& opened) {
  const LcmsTransform transform = internal::transform_to_srgb(
      opened.context, opened.profile, {.in = TYPE_GRAY_8, .out = TYPE_RGB_8});
  if (!transform) {
    return not_used("it gives no way to sRGB");
  }
  auto tables = std::make_unique<Tables>();
  std::array<std::uint8_t, 256> levels{};
  for (std::size_t level = 0; level < levels.size(); ++level) {
    levels.at(level) = static_cast<std::uint8_t>(level);
  }
  run(transform, levels.data(), tables->gray.front().data(), levels.size());
  if (changes_nothing(*tables)) {
    return {};
  }
  return {.transform = std::make_shared<ColourTransform>(ColourModel::kGray, std::move(tables)),
          .note = {}};
}

ColourChoice choose_with(Opened opened, ColourModel model) {
  if (!describes_pictures(cmsGetDeviceClass(opened.profile.get()))) {
    return not_used("it is not of a kind that describes pictures");
  }
  const cmsColorSpaceSignature space = cmsGetColorSpace(opened.profile.get());
  if (!fits(space, model)) {
    return not_used("it is made for other channels than the picture has");
  }
  if (space == cmsSigGrayData) {
    return choose_gray(opened);
  }
  const bool inks = model == ColourModel::kCmyk;
  constexpr LcmsFormats kInks{.in = TYPE_CMYK_8, .out = TYPE_RGB_8};
  constexpr LcmsFormats kLight{.in = TYPE_RGB_8, .out = TYPE_RGB_8};
  auto tables = std::make_unique<Tables>();
  tables->transform =
      internal::transform_to_srgb(opened.context, opened.profile, inks ? kInks : kLight);
  if (tables->transform && !inks) {
    tables->shaper = shaper_like(tables->transform, opened.context, opened.profile);
  }
  opened.profile.reset();
  tables->context = std::move(opened.context);
  if (!tables->transform) {
    return not_used("it gives no way to sRGB");
  }
  if (!inks && changes_nothing(tables->transform)) {
    return {};
  }
  if (tables->shaper) {
    tables->transform.reset();
    tables->context.reset();
  }
  const ColourModel taken = inks ? ColourModel::kCmyk : ColourModel::kRgb;
  return {.transform = std::make_shared<ColourTransform>(taken, std::move(tables)), .note = {}};
}

bool is_usable(const Primaries& primaries) {
  return std::ranges::all_of(
      std::array{primaries.white, primaries.red, primaries.green, primaries.blue},
      [](const Chromaticity& point) {
        return point.x >= 0 && point.y > 0 && point.x + point.y <= 1;
      });
}

/// Numbers that mean sRGB are left out.
ColourSource without_srgb(const ColourSource& source) {
  ColourSource rest = source;
  if (rest.encoding_gamma && std::abs((*rest.encoding_gamma / kSrgbGamma) - 1) <= kGammaTolerance) {
    rest.encoding_gamma.reset();
  }
  return rest;
}

ColourChoice choose_by_numbers(Opened opened, const ColourSource& source, ColourModel model) {
  constexpr double kLeastGamma = 0.05;
  constexpr double kMostGamma = 20;
  const double gamma = source.encoding_gamma.value_or(kSrgbGamma);
  if (model == ColourModel::kCmyk || !(gamma >= kLeastGamma && gamma <= kMostGamma) ||
      (source.primaries && !is_usable(*source.primaries))) {
    return not_used("its numbers make no colours");
  }
  const ColourSource rest = without_srgb(source);
  if (rest.is_srgb()) {
    return {};
  }
  opened.profile = internal::profile_of_numbers(opened.context, rest, model);
  if (!opened.profile) {
    return not_used("its numbers make no colours");
  }
  return choose_with(std::move(opened), model);
}

}  // namespace

ColourTransform::ColourTransform(ColourModel model, std::unique_ptr<const Tables> tables)
    : model_(model), tables_(std::move(tables)) {}

ColourTransform::~ColourTransform() = default;

void ColourTransform::convert(std::span<std::uint8_t> pixels, int channels) const {
  ALBUMEN_DCHECK(model_ != ColourModel::kCmyk && (channels == 3 || channels == 4));
  const auto step = static_cast<std::size_t>(channels);
  if (model_ == ColourModel::kGray) {
    for (std::size_t i = 0; i + step <= pixels.size(); i += step) {
      std::ranges::copy(tables_->gray.at(pixels[i]),
                        pixels.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return;
  }
  if (tables_->shaper) {
    tables_->shaper->convert(pixels, step);
    return;
  }
  if (channels == 3) {
    run(tables_->transform, pixels.data(), pixels.data(), pixels.size() / 3);
    return;
  }
  constexpr std::size_t kAtOnce = 64;
  std::array<std::uint8_t, 3 * kAtOnce> colours{};
  for (std::size_t done = 0; done < pixels.size() / 4; done += kAtOnce) {
    const std::size_t count = std::min(kAtOnce, (pixels.size() / 4) - done);
    std::uint8_t* const rgba = pixels.data() + (4 * done);
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(rgba + (4 * i), 3, colours.data() + (3 * i));
    }
    run(tables_->transform, colours.data(), colours.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      std::copy_n(colours.data() + (3 * i), 3, rgba + (4 * i));
    }
  }
}

void ColourTransform::convert_inks(std::span<std::uint8_t> rgb,
                                   std::span<const std::uint8_t> cmyk) const {
  ALBUMEN_DCHECK(model_ == ColourModel::kCmyk && rgb.size() / 3 == cmyk.size() / 4);
  run(tables_->transform, cmyk.data(), rgb.data(), rgb.size() / 3);
}

namespace {

ColourChoice choose_by_source(const ColourSource& source, ColourModel model) {
  Opened opened{.context = internal::make_context(), .profile = nullptr};
  if (!opened.context) {
    return not_used("there is no memory for it");
  }
  if (source.profile.empty()) {
    return choose_by_numbers(std::move(opened), source, model);
  }
  if (source.profile.size() > kMaxProfileBytes) {
    return not_used("it is too large");
  }
  opened.profile = internal::open_profile(opened.context, source.profile);
  if (!opened.profile) {
    return not_used("it is damaged");
  }
  return choose_with(std::move(opened), model);
}

}  // namespace

ColourChoice choose_colour(const ColourSource& source, ColourModel model) {
  ColourChoice choice;
  if (!source.is_srgb()) {
    choice = choose_by_source(source, model);
  }
  if (choice.note.empty()) {
    choice.note = source.note;
  }
  return choice;
}

}  // namespace albumen
