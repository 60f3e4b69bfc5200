// SPDX-License-Identifier: Apache-2.0
// From the colours of a file to sRGB, 8 bits a channel, row by row: relative colorimetric with
// black point compensation, by Little CMS. Tested by colour_transform_test.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "colour/colour_source.h"

namespace albumen {

/// Immutable: any number of threads at a time.
class ColourTransform {
 public:
  struct Tables;  // of the implementation

  ColourTransform(ColourModel model, std::unique_ptr<const Tables> tables);
  ~ColourTransform();
  ColourTransform(const ColourTransform&) = delete;
  ColourTransform& operator=(const ColourTransform&) = delete;

  /// Of the samples that it takes.
  [[nodiscard]] ColourModel model() const { return model_; }

  /// Whole pixels of 3 channels (RGB), or of 4 (straight alpha, which stays), in place. A grey
  /// picture comes as RGB of equal channels. REQUIRES: model() is not kCmyk.
  void convert(std::span<std::uint8_t> pixels, int channels) const;

  /// Inks, 255 being all of one, to RGB. REQUIRES: model() is kCmyk; `cmyk` has 4 bytes for 3 of
  /// `rgb`; they do not overlap.
  void convert_inks(std::span<std::uint8_t> rgb, std::span<const std::uint8_t> cmyk) const;

 private:
  ColourModel model_;
  std::unique_ptr<const Tables> tables_;
};

/// What to do with the pixels of one file.
struct ColourChoice {
  /// Null: leave them as they are (CMYK: convert them without a profile).
  std::shared_ptr<const ColourTransform> transform;
  /// Why a profile is not used; empty when there is none, or it is used, or it is sRGB.
  std::string note;
};

/// Never fails: colours that cannot be understood are taken as sRGB, with a note. A profile that
/// changes no sample by more than one level is sRGB whatever its name, and costs nothing.
/// Takes milliseconds, tens of them for CMYK: see ColourCache.
ColourChoice choose_colour(const ColourSource& source, ColourModel model);

}  // namespace albumen
