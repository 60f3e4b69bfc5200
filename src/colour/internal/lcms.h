// SPDX-License-Identifier: Apache-2.0
// Little CMS with owners for its handles, without its messages, and with a limit to what one
// profile may ask for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <lcms2.h>
#include <memory>
#include <span>
#include <type_traits>

#include "colour/colour_source.h"

namespace albumen::internal {

struct ContextDeleter {
  void operator()(cmsContext context) const;
};

struct ProfileDeleter {
  void operator()(cmsHPROFILE profile) const { cmsCloseProfile(profile); }
};

struct TransformDeleter {
  void operator()(cmsHTRANSFORM transform) const { cmsDeleteTransform(transform); }
};

// cmsContext is a pointer to a struct that only the library knows.
using LcmsContext = std::unique_ptr<std::remove_pointer_t<cmsContext>, ContextDeleter>;
using LcmsProfile = std::unique_ptr<void, ProfileDeleter>;
using LcmsTransform = std::unique_ptr<void, TransformDeleter>;

/// Most bytes that the library may hold for one context: tables of a hostile profile claim
/// gigabytes, and many of its entries may share one table. The largest profile of inks at hand
/// takes 9 MiB.
inline constexpr std::size_t kMostLcmsBytes = std::size_t{32} << 20;

/// Most steps of a pipeline in a profile (ICC.1:2022, 10.16: "multiProcessElements"). Real ones
/// have three to five; adding a step takes time in the number of those before.
inline constexpr std::uint32_t kMostPipelineSteps = 64;

/// A silent context. Null without memory.
LcmsContext make_context();

/// Null where the bytes are no profile, or one with a pipeline too long. They may go afterwards.
LcmsProfile open_profile(const LcmsContext& context, std::span<const std::byte> bytes);

/// A profile of the numbers of a PNG; what is absent is that of sRGB. Null where they make none.
LcmsProfile profile_of_numbers(const LcmsContext& context, const ColourSource& source,
                               ColourModel model);

struct LcmsFormats {
  cmsUInt32Number in = 0;
  cmsUInt32Number out = 0;
};

/// To sRGB, relative colorimetric with black point compensation. Null where the profile cannot.
LcmsTransform transform_to_srgb(const LcmsContext& context, const LcmsProfile& profile,
                                LcmsFormats formats);

}  // namespace albumen::internal
