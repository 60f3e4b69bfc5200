// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/color.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

#include "core/check.h"
#include "core/image_view.h"
#include "prepare/internal/kernels.h"

// The portable target needs vectors too. Highway avoids its emulated ones on GCC below 12.3 because
// of GCC bug 106322 (a wrong high product); the tests run this target like all others.
#undef HWY_BROKEN_EMU128
#define HWY_BROKEN_EMU128 0
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "prepare/internal/color.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, which includes this file once per target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();

namespace albumen::internal::HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using Bytes16 = hn::FixedTag<std::uint8_t, 16>;
using Bytes8 = hn::FixedTag<std::uint8_t, 8>;
using Words8 = hn::FixedTag<std::int16_t, 8>;
using Unsigned8 = hn::FixedTag<std::uint16_t, 8>;

using Line16 = hn::CappedTag<std::int16_t, kStripLines>;
using Line8 = hn::Rebind<std::uint8_t, Line16>;

/// MulFixedPoint15 is a * b / 32768, rounded.
constexpr std::int16_t fixed_15(double factor) {
  return static_cast<std::int16_t>((factor * 32768) + (factor < 0 ? -0.5 : 0.5));
}

/// To whole levels, clamped.
HWY_INLINE hn::Vec<Line8> rounded(hn::Vec<Line16> fine) {
  const auto half = hn::Set(Line16(), 1 << (kFineBits - 1));
  return hn::DemoteTo(Line8(), hn::ShiftRight<kFineBits>(hn::Add(fine, half)));
}

void ycc_strip(std::uint8_t* rgb, const YccFine& ycc, std::size_t columns) {
  const Line16 d;
  const Line8 d8;
  const std::size_t lanes = hn::Lanes(d);
  const auto middle = hn::Set(d, 128 << kFineBits);
  for (std::size_t x = 0; x < columns; ++x, rgb += 3 * kStripLines) {
    for (std::size_t i = 0; i < kStripLines; i += lanes) {
      const std::size_t at = (x * kStripLines) + i;
      const auto y = hn::Load(d, ycc.y + at);
      // Twice the chroma times half the factors of T.871, which are below 1 then.
      const auto blue = hn::ShiftLeft<1>(hn::Sub(hn::Load(d, ycc.cb + at), middle));
      const auto red = hn::ShiftLeft<1>(hn::Sub(hn::Load(d, ycc.cr + at), middle));
      const auto r = hn::Add(y, hn::MulFixedPoint15(red, hn::Set(d, fixed_15(1.402 / 2))));
      const auto g =
          hn::Add(hn::Add(y, hn::MulFixedPoint15(blue, hn::Set(d, fixed_15(-0.344136 / 2)))),
                  hn::MulFixedPoint15(red, hn::Set(d, fixed_15(-0.714136 / 2))));
      const auto b = hn::Add(y, hn::MulFixedPoint15(blue, hn::Set(d, fixed_15(1.772 / 2))));
      hn::Store(rounded(r), d8, rgb + i);
      hn::Store(rounded(g), d8, rgb + kStripLines + i);
      hn::Store(rounded(b), d8, rgb + (2 * kStripLines) + i);
    }
  }
}

void round_strip(std::uint8_t* out, const std::int16_t* fine, std::size_t count) {
  const Line16 d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    hn::Store(rounded(hn::Load(d, fine + i)), Line8(), out + i);
  }
}

/// Sum of the three weighted channels with 6 fractional bits; the weights add up to 1 exactly, so
/// grey stays grey.
HWY_INLINE hn::Vec<Bytes8> luma_8(hn::Vec<Bytes8> r, hn::Vec<Bytes8> g, hn::Vec<Bytes8> b) {
  const Words8 d;
  const auto red = hn::MulFixedPoint15(hn::ShiftLeft<6>(hn::PromoteTo(d, r)), hn::Set(d, 9798));
  const auto green = hn::MulFixedPoint15(hn::ShiftLeft<6>(hn::PromoteTo(d, g)), hn::Set(d, 19235));
  const auto blue = hn::MulFixedPoint15(hn::ShiftLeft<6>(hn::PromoteTo(d, b)), hn::Set(d, 3735));
  const auto sum = hn::Add(hn::Add(red, green), hn::Add(blue, hn::Set(d, 32)));
  return hn::DemoteTo(Bytes8(), hn::ShiftRight<6>(sum));
}

HWY_INLINE void luma_16(std::uint8_t* gray, const std::uint8_t* rgb) {
  const Bytes16 d16;
  const Bytes8 d8;
  hn::Vec<Bytes16> r;
  hn::Vec<Bytes16> g;
  hn::Vec<Bytes16> b;
  hn::LoadInterleaved3(d16, rgb, r, g, b);
  const auto low = luma_8(hn::LowerHalf(d8, r), hn::LowerHalf(d8, g), hn::LowerHalf(d8, b));
  const auto high = luma_8(hn::UpperHalf(d8, r), hn::UpperHalf(d8, g), hn::UpperHalf(d8, b));
  hn::StoreU(hn::Combine(d16, high, low), d16, gray);
}

void luma_row(std::uint8_t* gray, const std::uint8_t* rgb, std::size_t width) {
  std::size_t x = 0;
  for (; x + 16 <= width; x += 16) {
    luma_16(gray + x, rgb + (3 * x));
  }
  if (x < width) {
    HWY_ALIGN std::uint8_t tail[48] = {};
    HWY_ALIGN std::uint8_t out[16];
    std::memcpy(tail, rgb + (3 * x), 3 * (width - x));
    luma_16(out, tail);
    std::memcpy(gray + x, out, width - x);
  }
}

/// sum / 255, rounded: exact for every sum of 0 to 255 * 255.
HWY_INLINE hn::Vec<Bytes8> divided_by_255(hn::Vec<Unsigned8> sum) {
  const Unsigned8 d;
  const auto lifted = hn::Add(sum, hn::Set(d, 128));
  const auto quotient = hn::ShiftRight<8>(hn::Add(lifted, hn::ShiftRight<8>(lifted)));
  return hn::DemoteTo(Bytes8(), hn::BitCast(Words8(), quotient));
}

/// c * a + background * (255 - a).
HWY_INLINE hn::Vec<Bytes8> over_8(hn::Vec<Bytes8> colour, hn::Vec<Unsigned8> alpha,
                                  std::uint8_t background) {
  const Unsigned8 d;
  const auto rest = hn::Sub(hn::Set(d, 255), alpha);
  return divided_by_255(
      hn::Add(hn::Mul(hn::PromoteTo(d, colour), alpha), hn::Mul(hn::Set(d, background), rest)));
}

HWY_INLINE hn::Vec<Bytes16> over_16(hn::Vec<Bytes16> colour, hn::Vec<Bytes16> alpha,
                                    std::uint8_t background) {
  const Bytes8 d8;
  const Unsigned8 d;
  const auto low =
      over_8(hn::LowerHalf(d8, colour), hn::PromoteTo(d, hn::LowerHalf(d8, alpha)), background);
  const auto high =
      over_8(hn::UpperHalf(d8, colour), hn::PromoteTo(d, hn::UpperHalf(d8, alpha)), background);
  return hn::Combine(Bytes16(), high, low);
}

HWY_INLINE void flatten_16(std::uint8_t* rgb, const std::uint8_t* rgba, Rgb8 background) {
  const Bytes16 d;
  hn::Vec<Bytes16> r;
  hn::Vec<Bytes16> g;
  hn::Vec<Bytes16> b;
  hn::Vec<Bytes16> a;
  hn::LoadInterleaved4(d, rgba, r, g, b, a);
  hn::StoreInterleaved3(over_16(r, a, background.red), over_16(g, a, background.green),
                        over_16(b, a, background.blue), d, rgb);
}

void flatten_row(std::uint8_t* rgb, const std::uint8_t* rgba, std::size_t width, Rgb8 background) {
  std::size_t x = 0;
  for (; x + 16 <= width; x += 16) {
    flatten_16(rgb + (3 * x), rgba + (4 * x), background);
  }
  if (x < width) {
    HWY_ALIGN std::uint8_t tail[64] = {};
    HWY_ALIGN std::uint8_t out[48];
    std::memcpy(tail, rgba + (4 * x), 4 * (width - x));
    flatten_16(out, tail, background);
    std::memcpy(rgb + (3 * x), out, 3 * (width - x));
  }
}

HWY_INLINE void premultiply_16(std::uint8_t* out, const std::uint8_t* rgba) {
  const Bytes16 d;
  hn::Vec<Bytes16> r;
  hn::Vec<Bytes16> g;
  hn::Vec<Bytes16> b;
  hn::Vec<Bytes16> a;
  hn::LoadInterleaved4(d, rgba, r, g, b, a);
  hn::StoreInterleaved4(over_16(r, a, 0), over_16(g, a, 0), over_16(b, a, 0), a, d, out);
}

void premultiply_row(std::uint8_t* out, const std::uint8_t* rgba, std::size_t width) {
  std::size_t x = 0;
  for (; x + 16 <= width; x += 16) {
    premultiply_16(out + (4 * x), rgba + (4 * x));
  }
  if (x < width) {
    HWY_ALIGN std::uint8_t tail[64] = {};
    std::memcpy(tail, rgba + (4 * x), 4 * (width - x));
    premultiply_16(tail, tail);
    std::memcpy(out + (4 * x), tail, 4 * (width - x));
  }
}

void replicate_row(std::uint8_t* rgb, const std::uint8_t* gray, std::size_t width) {
  const Bytes16 d;
  std::size_t x = 0;
  for (; x + 16 <= width; x += 16) {
    const auto v = hn::LoadU(d, gray + x);
    hn::StoreInterleaved3(v, v, v, d, rgb + (3 * x));
  }
  for (; x < width; ++x) {
    std::memset(rgb + (3 * x), gray[x], 3);
  }
}

}  // namespace
}  // namespace albumen::internal::HWY_NAMESPACE

HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace albumen::internal {

HWY_EXPORT(ycc_strip);
HWY_EXPORT(round_strip);
HWY_EXPORT(luma_row);
HWY_EXPORT(flatten_row);
HWY_EXPORT(premultiply_row);
HWY_EXPORT(replicate_row);

void ycc_to_rgb(std::uint8_t* rgb, const YccFine& ycc, std::size_t columns) {
  HWY_DYNAMIC_DISPATCH(ycc_strip)(rgb, ycc, columns);
}

void round_fine(std::uint8_t* out, const std::int16_t* fine, std::size_t count) {
  HWY_DYNAMIC_DISPATCH(round_strip)(out, fine, count);
}

void rgb_to_luma(MutableImageView gray, ImageView rgb) {
  ALBUMEN_DCHECK(gray.size() == rgb.size() && gray.channels() == 1 && rgb.channels() == 3);
  const auto convert = HWY_DYNAMIC_DISPATCH(luma_row);
  for (std::uint32_t y = 0; y < gray.height(); ++y) {
    convert(gray.row(y).data(), rgb.row(y).data(), gray.width());
  }
}

void gray_to_rgb(MutableImageView rgb, ImageView gray) {
  ALBUMEN_DCHECK(gray.size() == rgb.size() && gray.channels() == 1 && rgb.channels() == 3);
  const auto convert = HWY_DYNAMIC_DISPATCH(replicate_row);
  for (std::uint32_t y = 0; y < rgb.height(); ++y) {
    convert(rgb.row(y).data(), gray.row(y).data(), rgb.width());
  }
}

void rgba_over(MutableImageView rgb, ImageView rgba, Rgb8 background) {
  ALBUMEN_DCHECK(rgb.size() == rgba.size() && rgb.channels() == 3 && rgba.channels() == 4);
  const auto convert = HWY_DYNAMIC_DISPATCH(flatten_row);
  for (std::uint32_t y = 0; y < rgb.height(); ++y) {
    convert(rgb.row(y).data(), rgba.row(y).data(), rgb.width(), background);
  }
}

void premultiply(MutableImageView out, ImageView rgba) {
  ALBUMEN_DCHECK(out.size() == rgba.size() && out.channels() == 4 && rgba.channels() == 4);
  const auto convert = HWY_DYNAMIC_DISPATCH(premultiply_row);
  for (std::uint32_t y = 0; y < out.height(); ++y) {
    convert(out.row(y).data(), rgba.row(y).data(), out.width());
  }
}

void unpremultiply(std::span<std::uint8_t> rgba) {
  for (std::size_t i = 0; i + 4 <= rgba.size(); i += 4) {
    const std::uint32_t alpha = rgba[i + 3];
    if (alpha == 255) {
      continue;
    }
    for (std::size_t c = 0; c < 3; ++c) {
      // A ringing filter may leave more colour than alpha.
      const std::uint32_t straight = alpha == 0 ? 0 : ((rgba[i + c] * 255U) + (alpha / 2)) / alpha;
      rgba[i + c] = static_cast<std::uint8_t>(std::min(straight, 255U));
    }
  }
}

}  // namespace albumen::internal
#endif
