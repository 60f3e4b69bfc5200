// SPDX-License-Identifier: Apache-2.0
// How one picture is fitted into a picture to be kept: what whoever writes training pictures asks
// for, where a ViewSpec is what an analyzer asks for.
#pragma once

#include <cstdint>

#include "core/geometry.h"
#include "core/view_spec.h"

namespace albumen {

/// An sRGB colour.
struct Rgb8 {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;

  friend constexpr bool operator==(const Rgb8&, const Rgb8&) = default;
};

/// How the upright picture meets the target. Its aspect is always kept.
enum class Fit : std::uint8_t {
  kOriginal,  ///< its own size; the target is not looked at
  kInside,    ///< as large as fits inside the target; the frame is as large as the picture in it
  kCover,     ///< fills the target, and what stands out on two sides is cut off evenly
  kPad,       ///< as kInside, in the middle of a frame of the target's size, colour around it
};

enum class Upscale : std::uint8_t {
  /// A small picture keeps its size; under kCover it is cut to the shape of the target, which it
  /// does not fill.
  kNever,
  kAllowed,
};

/// What becomes of transparency. Pictures without it always give RGB.
enum class AlphaUse : std::uint8_t {
  kFlatten,  ///< RGB: over the background, on the stored (gamma-encoded) values
  kKeep,     ///< RGBA, straight; wholly transparent pixels that were resized are black
};

struct FrameSpec {
  Fit fit = Fit::kInside;
  Size target;  ///< upright; a longest side of n is kInside with n x n
  Upscale upscale = Upscale::kNever;
  Filter filter = Filter::kLanczos3;
  AlphaUse alpha = AlphaUse::kFlatten;
  /// Behind transparency, and, opaque, around a padded picture.
  Rgb8 background{.red = 255, .green = 255, .blue = 255};
  /// As in ViewSpec: what a decoder shrinks, it shrinks with its own filter.
  std::uint32_t oversampling = 1;

  friend constexpr bool operator==(const FrameSpec&, const FrameSpec&) = default;
};

}  // namespace albumen
