// SPDX-License-Identifier: Apache-2.0
// longtail_maker FORMAT KIND WIDTH HEIGHT: writes a picture of smooth gradients to its standard
// output, made by the libvips that the tests then decode it with. FORMAT: a suffix that libvips
// writes (.tif, .gif, .heic, .avif, .jxl, .jp2, .bmp, .ppm) or .psd, with options in brackets; or
// .dng, of KIND rgb.
// KIND: gray, rgb, rgba, rgb16, cmyk, p3.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vips/vips.h>

#include "mosaic_dng.h"

namespace {

// Red grows to the right, green downwards, blue is steady; alpha is opaque in the left half.
double sample_at(std::string_view kind, int band, int x, int y, int width, int height) {
  constexpr double kFull = 255;
  constexpr double kSteady = 64;
  const double right = kFull * x / width;
  const double down = kFull * y / height;
  if (band == 3 && kind == "rgba") {
    return 2 * x < width ? kFull : 0;
  }
  return band == 0 ? right : (band == 1 ? down : (band == 2 ? kSteady : 0));
}

int bands_of(std::string_view kind) {
  if (kind == "gray") {
    return 1;
  }
  return kind == "rgba" || kind == "cmyk" ? 4 : 3;
}

VipsImage* gradients(std::string_view kind, int width, int height) {
  const int bands = bands_of(kind);
  const bool deep = kind == "rgb16";
  auto interpretation = deep ? VIPS_INTERPRETATION_RGB16 : VIPS_INTERPRETATION_sRGB;
  if (kind == "cmyk" || bands == 1) {
    interpretation = bands == 1 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_CMYK;
  }
  VipsImage* const image = vips_image_new_memory();
  vips_image_init_fields(image, width, height, bands, deep ? VIPS_FORMAT_USHORT : VIPS_FORMAT_UCHAR,
                         VIPS_CODING_NONE, interpretation, 1, 1);
  if (vips_image_write_prepare(image) != 0) {
    return nullptr;
  }
  constexpr double kDeepStep = 257;
  for (int y = 0; y < height; ++y) {
    void* const row = image->data + static_cast<std::ptrdiff_t>(y) * width * bands * (deep ? 2 : 1);
    for (int at = 0; at < width * bands; ++at) {
      const double sample = sample_at(kind, at % bands, at / bands, y, width, height);
      if (deep) {
        static_cast<std::uint16_t*>(row)[at] = static_cast<std::uint16_t>(sample * kDeepStep);
      } else {
        static_cast<std::uint8_t*>(row)[at] = static_cast<std::uint8_t>(sample);
      }
    }
  }
  return image;
}

int write_picture(VipsImage* image, std::string_view format, void** data, std::size_t* size) {
  if (format == ".psd") {
    return vips_magicksave_buffer(image, data, size, "format", "psd", nullptr);
  }
  if (format == ".bmp") {
    return vips_magicksave_buffer(image, data, size, "format", "bmp", nullptr);
  }
  return vips_image_write_to_buffer(image, std::string{format}.c_str(), data, size, nullptr);
}

int write_mosaic(int width, int height) {
  const auto colour_at = [&](std::size_t colour, std::uint32_t x, std::uint32_t y) {
    return sample_at("rgb", static_cast<int>(colour), static_cast<int>(x), static_cast<int>(y),
                     width, height);
  };
  const auto bytes = albumen::mosaic_dng(static_cast<std::uint32_t>(width),
                                         static_cast<std::uint32_t>(height), colour_at);
  return std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5 || vips_init(arguments[0]) != 0) {
    return 2;
  }
  const std::string_view kind = arguments[2];
  const int width = std::atoi(arguments[3]);
  const int height = std::atoi(arguments[4]);
  if (std::string_view{arguments[1]} == ".dng") {
    return write_mosaic(width, height);
  }
  VipsImage* image = gradients(kind, width, height);
  if (kind == "p3") {
    VipsImage* with_profile = nullptr;
    if (image == nullptr ||
        vips_icc_transform(image, &with_profile, "p3", "input_profile", "srgb", nullptr) != 0) {
      return 1;
    }
    g_object_unref(image);
    image = with_profile;
  }
  void* data = nullptr;
  std::size_t size = 0;
  if (image == nullptr || write_picture(image, arguments[1], &data, &size) != 0) {
    std::fputs(vips_error_buffer(), stderr);
    return 1;
  }
  return std::fwrite(data, 1, size, stdout) == size ? 0 : 1;
}
