// SPDX-License-Identifier: Apache-2.0
#include "prepare/internal/color.h"

#include <cstdint>
#include <cstring>

#include "core/check.h"
#include "core/image_view.h"

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

/// MulFixedPoint15 is a * b / 32768, rounded.
constexpr std::int16_t fixed_15(double factor) {
  return static_cast<std::int16_t>((factor * 32768) + (factor < 0 ? -0.5 : 0.5));
}

struct Rgb16 {
  hn::Vec<Words8> r;
  hn::Vec<Words8> g;
  hn::Vec<Words8> b;
};

/// Eight pixels, with 5 fractional bits inside.
HWY_INLINE Rgb16 convert_8(hn::Vec<Words8> y, hn::Vec<Words8> cb, hn::Vec<Words8> cr) {
  const Words8 d;
  const auto middle = hn::Set(d, 128);
  const auto blue = hn::ShiftLeft<6>(hn::Sub(cb, middle));
  const auto red = hn::ShiftLeft<6>(hn::Sub(cr, middle));
  const auto luma = hn::Add(hn::ShiftLeft<5>(y), hn::Set(d, 16));
  // Factors of T.871, halved because chroma carries 6 fractional bits.
  const auto r = hn::Add(luma, hn::MulFixedPoint15(red, hn::Set(d, fixed_15(1.402 / 2))));
  const auto b = hn::Add(luma, hn::MulFixedPoint15(blue, hn::Set(d, fixed_15(1.772 / 2))));
  const auto g =
      hn::Add(hn::Add(luma, hn::MulFixedPoint15(blue, hn::Set(d, fixed_15(-0.344136 / 2)))),
              hn::MulFixedPoint15(red, hn::Set(d, fixed_15(-0.714136 / 2))));
  return {hn::ShiftRight<5>(r), hn::ShiftRight<5>(g), hn::ShiftRight<5>(b)};
}

HWY_INLINE void ycc_16(std::uint8_t* rgb, const std::uint8_t* y, const std::uint8_t* cb,
                       const std::uint8_t* cr) {
  const Words8 d;
  const Bytes8 d8;
  const Bytes16 d16;
  const auto low =
      convert_8(hn::PromoteTo(d, hn::LoadU(d8, y)), hn::PromoteTo(d, hn::LoadU(d8, cb)),
                hn::PromoteTo(d, hn::LoadU(d8, cr)));
  const auto high =
      convert_8(hn::PromoteTo(d, hn::LoadU(d8, y + 8)), hn::PromoteTo(d, hn::LoadU(d8, cb + 8)),
                hn::PromoteTo(d, hn::LoadU(d8, cr + 8)));
  hn::StoreInterleaved3(hn::Combine(d16, hn::DemoteTo(d8, high.r), hn::DemoteTo(d8, low.r)),
                        hn::Combine(d16, hn::DemoteTo(d8, high.g), hn::DemoteTo(d8, low.g)),
                        hn::Combine(d16, hn::DemoteTo(d8, high.b), hn::DemoteTo(d8, low.b)), d16,
                        rgb);
}

void ycc_row(std::uint8_t* rgb, const std::uint8_t* y, const std::uint8_t* cb,
             const std::uint8_t* cr, std::size_t width) {
  std::size_t x = 0;
  for (; x + 16 <= width; x += 16) {
    ycc_16(rgb + (3 * x), y + x, cb + x, cr + x);
  }
  if (x < width) {
    HWY_ALIGN std::uint8_t tail[3][16] = {};
    HWY_ALIGN std::uint8_t out[48];
    const std::size_t rest = width - x;
    std::memcpy(tail[0], y + x, rest);
    std::memcpy(tail[1], cb + x, rest);
    std::memcpy(tail[2], cr + x, rest);
    ycc_16(out, tail[0], tail[1], tail[2]);
    std::memcpy(rgb + (3 * x), out, 3 * rest);
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

/// (c * a + 255 * (255 - a)) / 255, rounded; exact for all 65,536 pairs.
HWY_INLINE hn::Vec<Bytes8> over_white_8(hn::Vec<Bytes8> colour, hn::Vec<Unsigned8> alpha) {
  const Unsigned8 d;
  const auto full = hn::Set(d, 255);
  const auto sum = hn::Add(
      hn::Add(hn::Mul(hn::PromoteTo(d, colour), alpha), hn::Mul(full, hn::Sub(full, alpha))),
      hn::Set(d, 128));
  const auto quotient = hn::ShiftRight<8>(hn::Add(sum, hn::ShiftRight<8>(sum)));
  return hn::DemoteTo(Bytes8(), hn::BitCast(Words8(), quotient));
}

HWY_INLINE hn::Vec<Bytes16> over_white_16(hn::Vec<Bytes16> colour, hn::Vec<Bytes16> alpha) {
  const Bytes8 d8;
  const Unsigned8 d;
  const auto low =
      over_white_8(hn::LowerHalf(d8, colour), hn::PromoteTo(d, hn::LowerHalf(d8, alpha)));
  const auto high =
      over_white_8(hn::UpperHalf(d8, colour), hn::PromoteTo(d, hn::UpperHalf(d8, alpha)));
  return hn::Combine(Bytes16(), high, low);
}

HWY_INLINE void white_16(std::uint8_t* rgb, const std::uint8_t* rgba) {
  const Bytes16 d;
  hn::Vec<Bytes16> r;
  hn::Vec<Bytes16> g;
  hn::Vec<Bytes16> b;
  hn::Vec<Bytes16> a;
  hn::LoadInterleaved4(d, rgba, r, g, b, a);
  hn::StoreInterleaved3(over_white_16(r, a), over_white_16(g, a), over_white_16(b, a), d, rgb);
}

void white_row(std::uint8_t* rgb, const std::uint8_t* rgba, std::size_t width) {
  std::size_t x = 0;
  for (; x + 16 <= width; x += 16) {
    white_16(rgb + (3 * x), rgba + (4 * x));
  }
  if (x < width) {
    HWY_ALIGN std::uint8_t tail[64] = {};
    HWY_ALIGN std::uint8_t out[48];
    std::memcpy(tail, rgba + (4 * x), 4 * (width - x));
    white_16(out, tail);
    std::memcpy(rgb + (3 * x), out, 3 * (width - x));
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

HWY_EXPORT(ycc_row);
HWY_EXPORT(luma_row);
HWY_EXPORT(white_row);
HWY_EXPORT(replicate_row);

void ycc_to_rgb(MutableImageView rgb, const YccPlanes& ycc) {
  ALBUMEN_DCHECK(rgb.size() == ycc.y.size() && rgb.channels() == 3);
  ALBUMEN_DCHECK(ycc.cb.size() == rgb.size() && ycc.cr.size() == rgb.size());
  const auto convert = HWY_DYNAMIC_DISPATCH(ycc_row);
  for (std::uint32_t y = 0; y < rgb.height(); ++y) {
    convert(rgb.row(y).data(), ycc.y.row(y).data(), ycc.cb.row(y).data(), ycc.cr.row(y).data(),
            rgb.width());
  }
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

void rgba_over_white(MutableImageView rgb, ImageView rgba) {
  ALBUMEN_DCHECK(rgb.size() == rgba.size() && rgb.channels() == 3 && rgba.channels() == 4);
  const auto convert = HWY_DYNAMIC_DISPATCH(white_row);
  for (std::uint32_t y = 0; y < rgb.height(); ++y) {
    convert(rgb.row(y).data(), rgba.row(y).data(), rgb.width());
  }
}

}  // namespace albumen::internal
#endif
