// SPDX-License-Identifier: Apache-2.0
#include "rows.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace albumen {
namespace {

bool is_gray(VipsInterpretation space) {
  return space == VIPS_INTERPRETATION_B_W || space == VIPS_INTERPRETATION_GREY16;
}

Image without_spare_bands(Image image, const Bands& bands) {
  if (vips_image_get_bands(image.get()) == bands.kept()) {
    return image;
  }
  return made_by([&](VipsImage** out) {
    return vips_extract_band(image.get(), out, 0, "n", bands.kept(), nullptr);
  });
}

// Where the header alone did not tell, the rows are made as it was taken.
Image with_bands(Image image, const LongtailRequest& request) {
  const int wanted = static_cast<int>(request.bands);
  const int bands = vips_image_get_bands(image.get());
  if (bands == wanted) {
    return image;
  }
  if (bands == 1) {
    image = made_by([&](VipsImage** out) {
      return vips_colourspace(image.get(), out, VIPS_INTERPRETATION_sRGB, nullptr);
    });
  }
  if (wanted == 4) {
    return made_by([&](VipsImage** out) { return vips_addalpha(image.get(), out, nullptr); });
  }
  return made_by([&](VipsImage** out) {
    return vips_extract_band(image.get(), out, 0, "n", wanted, nullptr);
  });
}

// By the profile inside; inks without one by libvips' own; a broken profile counts as none.
Image in_srgb(Image image, const Bands& bands) {
  const bool inks = bands.space == VIPS_INTERPRETATION_CMYK;
  const bool profile = profile_bytes_of(image.get()) > 0 && !is_gray(bands.space);
  if (inks || profile) {
    VipsImage* converted = nullptr;
    if (vips_icc_transform(image.get(), &converted, "srgb", "embedded", TRUE, "input_profile",
                           inks ? "cmyk" : "srgb", "intent", VIPS_INTENT_RELATIVE, "depth", 8,
                           nullptr) == 0) {
      return Image{converted};
    }
    vips_error_clear();
  }
  const auto target = bands.wanted() == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
  return made_by([&](VipsImage** out) {
    return vips_colourspace(image.get(), out, target, "source_space", bands.space, nullptr);
  });
}

Image as_bytes(const Image& image) {
  return made_by([&](VipsImage** out) { return vips_cast_uchar(image.get(), out, nullptr); });
}

// Colours are weighted by alpha, so that transparent pixels do not bleed.
Image shrunk(Image image, int factor, bool alpha) {
  if (factor == 1) {
    return image;
  }
  if (alpha) {
    image = made_by([&](VipsImage** out) { return vips_premultiply(image.get(), out, nullptr); });
  }
  image = made_by([&](VipsImage** out) {
    return vips_shrink(image.get(), out, factor, factor, "ceil", TRUE, nullptr);
  });
  if (alpha) {
    image = made_by([&](VipsImage** out) { return vips_unpremultiply(image.get(), out, nullptr); });
    image = made_by([&](VipsImage** out) { return vips_rint(image.get(), out, nullptr); });
    image = as_bytes(image);
  }
  return image;
}

/// Of 8-bit samples.
std::size_t row_bytes_of(VipsImage* image) {
  return static_cast<std::size_t>(vips_image_get_width(image)) *
         static_cast<std::size_t>(vips_image_get_bands(image));
}

// Strip by strip in this thread: a sequential loader never holds more than it must.
void copy_rows(VipsImage* image, std::size_t stride, std::span<std::uint8_t> out) {
  constexpr int kStripRows = 16;
  const int width = vips_image_get_width(image);
  const int height = vips_image_get_height(image);
  const Region region{vips_region_new(image)};
  const std::size_t row_bytes = row_bytes_of(image);
  for (int top = 0; top < height; top += kStripRows) {
    const VipsRect strip{
        .left = 0, .top = top, .width = width, .height = std::min(kStripRows, height - top)};
    if (vips_region_prepare(region.get(), &strip) != 0) {
      throw_vips_failure();
    }
    for (int y = top; y < top + strip.height; ++y) {
      const std::ptrdiff_t skip = y - region->valid.top;
      std::memcpy(out.data() + static_cast<std::size_t>(y) * stride,
                  region->data + skip * region->bpl, row_bytes);
    }
  }
}

}  // namespace

void throw_vips_failure() {
  const std::string all{vips_error_buffer()};
  vips_error_clear();
  const auto says = [&all](std::string_view words) { return all.find(words) != std::string::npos; };
  LongtailStatus status = LongtailStatus::kUnreadable;
  if (says("PixelCache") || says("ExceedsLimit")) {
    status = LongtailStatus::kUnsupported;  // more than the policy of ImageMagick's package allows
  } else if (says("out of memory") || says("allocat")) {
    status = LongtailStatus::kNoMemory;
  }
  throw LoadFailure{status, all.substr(0, all.find('\n'))};
}

Bands bands_of(VipsImage* image) {
  Bands bands;
  bands.space = vips_image_guess_interpretation(image);
  if (bands.space == VIPS_INTERPRETATION_CMYK) {
    bands.colours = 4;
  } else if (is_gray(bands.space)) {
    bands.colours = 1;
  }
  const int count = vips_image_get_bands(image);
  const bool meaningless = bands.space == VIPS_INTERPRETATION_MULTIBAND ||
                           bands.space == VIPS_INTERPRETATION_HISTOGRAM ||
                           bands.space == VIPS_INTERPRETATION_MATRIX ||
                           bands.space == VIPS_INTERPRETATION_FOURIER;
  if (meaningless || count < bands.colours) {
    throw LoadFailure{LongtailStatus::kUnsupported, "channels whose colours are not known"};
  }
  bands.alpha = count > bands.colours;
  return bands;
}

std::uint32_t profile_bytes_of(VipsImage* image) {
  const void* data = nullptr;
  std::size_t size = 0;
  if (vips_image_get_typeof(image, VIPS_META_ICC_NAME) != 0 &&
      vips_image_get_blob(image, VIPS_META_ICC_NAME, &data, &size) == 0) {
    return static_cast<std::uint32_t>(size);
  }
  return 0;
}

void write_rows(Image image, const Bands& bands, const LongtailRequest& request,
                std::span<std::uint8_t> out) {
  image = without_spare_bands(std::move(image), bands);
  image = as_bytes(in_srgb(std::move(image), bands));
  image = with_bands(std::move(image), request);
  image = shrunk(std::move(image), static_cast<int>(request.shrink), request.bands == 4);
  const auto rows = static_cast<std::uint64_t>(vips_image_get_height(image.get()));
  const auto row_bytes = row_bytes_of(image.get());
  if (vips_image_get_bands(image.get()) != static_cast<int>(request.bands) ||
      row_bytes > request.stride_bytes || request.stride_bytes > out.size() ||
      rows > out.size() / request.stride_bytes) {
    throw LoadFailure{LongtailStatus::kRefused, "the rows do not fit"};
  }
  copy_rows(image.get(), request.stride_bytes, out);
}

}  // namespace albumen
