// SPDX-License-Identifier: Apache-2.0
#include "colour/internal/lcms.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <lcms2.h>
#include <lcms2_plugin.h>
#include <memory>
#include <span>

#include "colour/colour_source.h"

namespace albumen::internal {
namespace {

void* limited_malloc(cmsContext /*context*/, cmsUInt32Number size) {
  return size > kMostLcmsBytes ? nullptr : std::malloc(size);
}

// NOLINTBEGIN(cppcoreguidelines-owning-memory): the library owns what it asks for here.
void limited_free(cmsContext /*context*/, void* memory) { std::free(memory); }

void* limited_realloc(cmsContext /*context*/, void* memory, cmsUInt32Number size) {
  return size > kMostLcmsBytes ? nullptr : std::realloc(memory, size);
}

// NOLINTEND(cppcoreguidelines-owning-memory)

void say_nothing(cmsContext /*context*/, cmsUInt32Number /*code*/, const char* /*text*/) {}

cmsCIExyY white_of(const Chromaticity& point) { return {.x = point.x, .y = point.y, .Y = 1}; }

struct CurveDeleter {
  void operator()(cmsToneCurve* curve) const { cmsFreeToneCurve(curve); }
};

using Curve = std::unique_ptr<cmsToneCurve, CurveDeleter>;

/// Of a sample to light. IEC 61966-2-1 where the file names none.
Curve curve_of(const LcmsContext& context, const ColourSource& source) {
  if (source.encoding_gamma) {
    return Curve{cmsBuildGamma(context.get(), 1 / *source.encoding_gamma)};
  }
  constexpr int kSrgbKind = 4;  // Little CMS: y = (a x + b)^g above d, c x below
  constexpr std::array kSrgb{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return Curve{cmsBuildParametricToneCurve(context.get(), kSrgbKind, kSrgb.data())};
}

/// ICC.1:2022, 7.2: the class, the space of the samples and that of the connection are four
/// characters each. Little CMS hands on what stands there as enumerations whose range ends with
/// theirs: a byte above them is no value of such a type, and reading it is undefined.
bool has_signatures(std::span<const std::byte> profile) {
  constexpr std::size_t kFirst = 12;
  constexpr std::size_t kLength = std::size_t{3} * 4;
  return profile.size() >= kFirst + kLength &&
         std::ranges::all_of(profile.subspan(kFirst, kLength),
                             [](std::byte character) { return character < std::byte{0x80}; });
}

}  // namespace

LcmsContext make_context() {
  static cmsPluginMemHandler memory = [] {
    cmsPluginMemHandler handler{};
    handler.base.Magic = cmsPluginMagicNumber;
    handler.base.ExpectedVersion = LCMS_VERSION;
    handler.base.Type = cmsPluginMemHandlerSig;
    handler.MallocPtr = limited_malloc;
    handler.FreePtr = limited_free;
    handler.ReallocPtr = limited_realloc;
    return handler;
  }();
  LcmsContext context{cmsCreateContext(&memory, nullptr)};
  if (context) {
    cmsSetLogErrorHandlerTHR(context.get(), say_nothing);
  }
  return context;
}

LcmsProfile open_profile(const LcmsContext& context, std::span<const std::byte> bytes) {
  if (!has_signatures(bytes)) {
    return nullptr;
  }
  return LcmsProfile{cmsOpenProfileFromMemTHR(context.get(), bytes.data(),
                                              static_cast<cmsUInt32Number>(bytes.size()))};
}

LcmsProfile profile_of_numbers(const LcmsContext& context, const ColourSource& source,
                               ColourModel model) {
  const Primaries& primaries = source.primaries ? *source.primaries : kSrgbPrimaries;
  const Curve curve = curve_of(context, source);
  if (!curve) {
    return nullptr;
  }
  const cmsCIExyY white = white_of(primaries.white);
  if (model == ColourModel::kGray) {
    return LcmsProfile{cmsCreateGrayProfileTHR(context.get(), &white, curve.get())};
  }
  const cmsCIExyYTRIPLE colours{.Red = white_of(primaries.red),
                                .Green = white_of(primaries.green),
                                .Blue = white_of(primaries.blue)};
  std::array<cmsToneCurve*, 3> curves{curve.get(), curve.get(), curve.get()};
  return LcmsProfile{cmsCreateRGBProfileTHR(context.get(), &white, &colours, curves.data())};
}

LcmsTransform transform_to_srgb(const LcmsContext& context, const LcmsProfile& profile,
                                LcmsFormats formats) {
  const LcmsProfile srgb{cmsCreate_sRGBProfileTHR(context.get())};
  if (!srgb) {
    return nullptr;
  }
  return LcmsTransform{cmsCreateTransformTHR(context.get(), profile.get(), formats.in, srgb.get(),
                                             formats.out, INTENT_RELATIVE_COLORIMETRIC,
                                             cmsFLAGS_BLACKPOINTCOMPENSATION)};
}

}  // namespace albumen::internal
