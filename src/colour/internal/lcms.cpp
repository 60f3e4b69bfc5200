// SPDX-License-Identifier: Apache-2.0
#include "colour/internal/lcms.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <lcms2.h>
#include <lcms2_plugin.h>
#include <memory>
#include <new>
#include <span>

#include "colour/colour_source.h"

namespace albumen::internal {
namespace {

/// What one context holds, kept as its user data. Any thread.
class Holding {
 public:
  bool take(std::size_t size) {
    if (held_.fetch_add(size) + size <= kMostLcmsBytes) {
      return true;
    }
    held_ -= size;
    return false;
  }

  void give_back(std::size_t size) { held_ -= size; }

 private:
  std::atomic<std::size_t> held_ = 0;
};

/// In front of every block, so that freeing gives back what was taken. As wide as what malloc
/// aligns to.
struct alignas(std::max_align_t) BlockHead {
  Holding* holding = nullptr;  ///< null while a context is made
  std::size_t size = 0;
};

BlockHead* head_of(void* memory) { return static_cast<BlockHead*>(memory) - 1; }

bool take(Holding* holding, std::size_t size) {
  return holding == nullptr ? size <= kMostLcmsBytes : holding->take(size);
}

void give_back(Holding* holding, std::size_t size) {
  if (holding != nullptr) {
    holding->give_back(size);
  }
}

// NOLINTBEGIN(cppcoreguidelines-owning-memory): the library owns what it asks for here.
void* limited_malloc(cmsContext context, cmsUInt32Number size) {
  auto* const holding = static_cast<Holding*>(cmsGetContextUserData(context));
  if (!take(holding, size)) {
    return nullptr;
  }
  void* const block = std::malloc(sizeof(BlockHead) + size);
  if (block == nullptr) {
    give_back(holding, size);
    return nullptr;
  }
  return new (block) BlockHead{.holding = holding, .size = size} + 1;
}

void limited_free(cmsContext /*context*/, void* memory) {
  if (memory != nullptr) {
    BlockHead* const head = head_of(memory);
    give_back(head->holding, head->size);
    std::free(head);
  }
}

void* limited_realloc(cmsContext context, void* memory, cmsUInt32Number size) {
  void* const moved = limited_malloc(context, size);
  if (moved != nullptr && memory != nullptr) {
    std::memcpy(moved, memory, std::min<std::size_t>(size, head_of(memory)->size));
    limited_free(context, memory);
  }
  return moved;
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

std::uint32_t number_at(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (const std::byte byte : bytes.subspan(at, 4)) {
    number = (number << 8U) | std::to_integer<std::uint32_t>(byte);
  }
  return number;
}

/// ICC.1:2022, 7.3: a table of tags behind the header; 10.16: how many steps stands in a pipeline's
/// bytes 12 to 15.
bool has_short_pipelines(std::span<const std::byte> profile) {
  constexpr std::size_t kCountAt = 128;
  constexpr std::size_t kTagBytes = 12;
  constexpr std::size_t kPipelineHead = 16;
  constexpr std::uint32_t kPipeline = 0x6D706574;  // "mpet"
  if (profile.size() < kCountAt + 4) {
    return true;
  }
  std::size_t at = kCountAt + 4;
  for (std::uint32_t left = number_at(profile, kCountAt);
       left > 0 && profile.size() - at >= kTagBytes; --left, at += kTagBytes) {
    const std::size_t tag = number_at(profile, at + 4);
    if (tag <= profile.size() && profile.size() - tag >= kPipelineHead &&
        number_at(profile, tag) == kPipeline && number_at(profile, tag + 12) > kMostPipelineSteps) {
      return false;
    }
  }
  return true;
}

}  // namespace

void ContextDeleter::operator()(cmsContext context) const {
  const std::unique_ptr<Holding> holding{static_cast<Holding*>(cmsGetContextUserData(context))};
  cmsDeleteContext(context);
}

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
  auto holding = std::make_unique<Holding>();
  LcmsContext context{cmsCreateContext(&memory, holding.get())};
  if (context) {
    // The context's from here on, see ContextDeleter.
    static_cast<void>(holding.release());
    cmsSetLogErrorHandlerTHR(context.get(), say_nothing);
  }
  return context;
}

LcmsProfile open_profile(const LcmsContext& context, std::span<const std::byte> bytes) {
  if (!has_signatures(bytes) || !has_short_pipelines(bytes)) {
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
