// SPDX-License-Identifier: Apache-2.0
#include "decode/testing/reference_jpeg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "decode/jpeg/internal/libjpeg.h"

namespace albumen::testing {
namespace {

[[noreturn]] void throw_error(j_common_ptr /*jpeg*/) {
  throw std::runtime_error{"the reference JPEG decode failed"};
}

/// A libjpeg object that has read its header.
class Reference {
 public:
  Reference(std::span<const std::byte> bytes, int scale) {
    jpeg_.err = jpeg_std_error(&errors_);
    errors_.error_exit = throw_error;
    jpeg_create_decompress(&jpeg_);
    jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    jpeg_read_header(&jpeg_, TRUE);
    jpeg_.scale_num = static_cast<unsigned int>(scale);
    jpeg_.scale_denom = 8;
  }

  ~Reference() { jpeg_destroy_decompress(&jpeg_); }

  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  jpeg_decompress_struct& jpeg() { return jpeg_; }

 private:
  jpeg_error_mgr errors_{};
  jpeg_decompress_struct jpeg_{};
};

double wave(int frequency, int sample, int samples) {
  const double scale = frequency == 0 ? 1 / std::numbers::sqrt2 : 1;
  return scale / 2 * std::cos((2 * sample + 1) * frequency * std::numbers::pi / (2.0 * samples));
}

// One sample of the inverse DCT of `samples` a side, from as many frequencies.
double inverse_dct(const JCOEF* coefficients, const UINT16* quantisers, int x, int y, int samples) {
  double sum = 0;
  for (int v = 0; v < samples; ++v) {
    for (int u = 0; u < samples; ++u) {
      sum += coefficients[v * 8 + u] * quantisers[v * 8 + u] * wave(u, x, samples) *
             wave(v, y, samples);
    }
  }
  return sum + 128;
}

double exact_sample(const JCOEF* coefficients, const UINT16* quantisers, int x, int y, int scale) {
  if (8 % scale != 0) {
    return inverse_dct(coefficients, quantisers, x, y, scale);
  }
  const int box = 8 / scale;
  double sum = 0;
  for (int at = 0; at < box * box; ++at) {
    sum += inverse_dct(coefficients, quantisers, x * box + at % box, y * box + at / box, 8);
  }
  return sum / (box * box);
}

}  // namespace

std::vector<double> exact_gray(std::span<const std::byte> bytes, int scale) {
  Reference reference{bytes, scale};
  jpeg_decompress_struct& jpeg = reference.jpeg();
  jvirt_barray_ptr* const arrays = jpeg_read_coefficients(&jpeg);
  const jpeg_component_info& component = jpeg.comp_info[0];
  const auto side = static_cast<unsigned>(scale);
  const unsigned width = (jpeg.image_width * side + 7) / 8;
  const unsigned height = (jpeg.image_height * side + 7) / 8;
  std::vector<double> samples(std::size_t{width} * height);
  for (unsigned block_y = 0; block_y < component.height_in_blocks; ++block_y) {
    JBLOCKARRAY row = jpeg.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&jpeg), arrays[0],
                                                   block_y, 1, FALSE);
    for (unsigned y = block_y * side; y < std::min(height, (block_y + 1) * side); ++y) {
      for (unsigned x = 0; x < width; ++x) {
        samples[std::size_t{y} * width + x] =
            exact_sample(row[0][x / side], component.quant_table->quantval,
                         static_cast<int>(x % side), static_cast<int>(y % side), scale);
      }
    }
  }
  return samples;
}

std::vector<std::uint8_t> reference_planes(std::span<const std::byte> bytes, int scale) {
  Reference reference{bytes, scale};
  jpeg_decompress_struct& jpeg = reference.jpeg();
  jpeg.raw_data_out = TRUE;
  jpeg.out_color_space = jpeg.jpeg_color_space;
  jpeg_start_decompress(&jpeg);
  const auto components = static_cast<std::size_t>(jpeg.num_components);
  std::vector<std::vector<std::vector<JSAMPLE>>> planes(components);
  while (jpeg.output_scanline < jpeg.output_height) {
    std::array<std::array<std::vector<JSAMPLE>, 64>, 3> rows;
    std::array<std::array<JSAMPROW, 64>, 3> pointers{};
    std::array<JSAMPARRAY, 3> arrays{};
    for (std::size_t index = 0; index < components; ++index) {
      const jpeg_component_info& info = jpeg.comp_info[index];
      const auto count = static_cast<std::size_t>(info.v_samp_factor * info.DCT_scaled_size);
      for (std::size_t row = 0; row < count; ++row) {
        rows[index][row].resize(info.width_in_blocks * 16 + 64);
        pointers[index][row] = rows[index][row].data();
      }
      arrays[index] = pointers[index].data();
    }
    jpeg_read_raw_data(&jpeg, arrays.data(),
                       static_cast<JDIMENSION>(jpeg.max_v_samp_factor * jpeg.min_DCT_scaled_size));
    for (std::size_t index = 0; index < components; ++index) {
      for (auto& row : rows[index]) {
        if (!row.empty() && planes[index].size() < jpeg.comp_info[index].downsampled_height) {
          row.resize(jpeg.comp_info[index].downsampled_width);
          planes[index].push_back(row);
        }
      }
    }
  }
  std::vector<std::uint8_t> samples;
  for (const auto& plane : planes) {
    for (const auto& row : plane) {
      samples.insert(samples.end(), row.begin(), row.end());
    }
  }
  return samples;
}

Picture reference_rgb(std::span<const std::byte> bytes, int scale) {
  Reference reference{bytes, scale};
  jpeg_decompress_struct& jpeg = reference.jpeg();
  jpeg_start_decompress(&jpeg);
  Picture picture{.size = {.width = jpeg.output_width, .height = jpeg.output_height},
                  .channels = jpeg.output_components,
                  .pixels = {}};
  const std::size_t stride =
      std::size_t{jpeg.output_width} * static_cast<std::size_t>(jpeg.output_components);
  picture.pixels.resize(stride * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = picture.pixels.data() + jpeg.output_scanline * stride;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  return picture;
}

}  // namespace albumen::testing
