// SPDX-License-Identifier: Apache-2.0
// JPEGs read and written by plain calls of libjpeg, which aborts on what it cannot read.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <vector>

#include "core/geometry.h"
#include "encode/jpeg/internal/libjpeg.h"
#include "encode/testing/pictures.h"

namespace albumen::testing {

struct PlainJpeg {
  Size size;
  int channels = 0;
  bool progressive = false;
  J_COLOR_SPACE space = JCS_UNKNOWN;
  int luma_factor = 0;  ///< horizontal and vertical sampling of the first component
  std::vector<std::uint8_t> samples;
  /// Steps and coefficients of each component, in natural order.
  std::vector<std::array<int, DCTSIZE2>> steps;
  std::vector<std::vector<std::int16_t>> coefficients;
};

[[noreturn]] inline void abort_with_words(j_common_ptr jpeg) {
  jpeg->err->output_message(jpeg);
  std::abort();
}

inline void read_samples(jpeg_decompress_struct& jpeg, PlainJpeg& out) {
  jpeg_start_decompress(&jpeg);
  out.channels = jpeg.output_components;
  const std::size_t row_bytes =
      std::size_t{jpeg.output_width} * static_cast<std::size_t>(jpeg.output_components);
  out.samples.resize(row_bytes * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = out.samples.data() + (row_bytes * jpeg.output_scanline);
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
}

inline void read_coefficients(jpeg_decompress_struct& jpeg, PlainJpeg& out) {
  jvirt_barray_ptr* const arrays = jpeg_read_coefficients(&jpeg);
  for (int index = 0; index < jpeg.num_components; ++index) {
    const jpeg_component_info& component = jpeg.comp_info[index];
    out.steps.emplace_back();
    std::copy_n(component.quant_table->quantval, DCTSIZE2, out.steps.back().begin());
    auto& all = out.coefficients.emplace_back();
    for (JDIMENSION row = 0; row < component.height_in_blocks; ++row) {
      JBLOCKARRAY line = jpeg.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&jpeg),
                                                      arrays[index], row, 1, FALSE);
      all.insert(all.end(), line[0][0], line[0][component.width_in_blocks]);
    }
  }
}

template <class Read>
void read_plainly(std::span<const std::byte> file, PlainJpeg& out, Read read) {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = abort_with_words;
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&jpeg, TRUE);
  out.size = {.width = jpeg.image_width, .height = jpeg.image_height};
  out.progressive = jpeg.progressive_mode != FALSE;
  out.space = jpeg.jpeg_color_space;
  out.luma_factor = (jpeg.comp_info[0].h_samp_factor * 10) + jpeg.comp_info[0].v_samp_factor;
  read(jpeg, out);
  jpeg_destroy_decompress(&jpeg);
}

/// Without steps and coefficients.
inline PlainJpeg read_plain_pixels(std::span<const std::byte> file) {
  PlainJpeg out;
  read_plainly(file, out, read_samples);
  return out;
}

inline PlainJpeg read_plain_jpeg(std::span<const std::byte> file) {
  PlainJpeg out = read_plain_pixels(file);
  read_plainly(file, out, read_coefficients);
  return out;
}

struct PlainJpegOptions {
  int quality = 90;
  int luma_factor = 22;  ///< as PlainJpeg::luma_factor
  bool progressive = false;
  bool one_table = false;  ///< the same steps for chroma as for luma
  bool arithmetic = false;
  int restart_rows = 0;
  J_COLOR_SPACE space = JCS_UNKNOWN;  ///< libjpeg's choice
  std::string exif;                   ///< payload of an APP1 segment
  std::string comment;
};

/// Channels 1, 3, or 4 as CMYK.
inline std::vector<std::byte> write_plain_jpeg(const Picture& picture,
                                               const PlainJpegOptions& options) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = abort_with_words;
  jpeg_create_compress(&jpeg);
  unsigned char* memory = nullptr;
  unsigned long size = 0;  // NOLINT: libjpeg's type
  jpeg_mem_dest(&jpeg, &memory, &size);
  jpeg.image_width = picture.size.width;
  jpeg.image_height = picture.size.height;
  jpeg.input_components = picture.channels;
  jpeg.in_color_space = picture.channels == 1   ? JCS_GRAYSCALE
                        : picture.channels == 3 ? JCS_RGB
                                                : JCS_CMYK;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, options.quality, TRUE);
  if (options.space != JCS_UNKNOWN) {
    jpeg_set_colorspace(&jpeg, options.space);
  }
  if (jpeg.jpeg_color_space == JCS_YCbCr) {
    jpeg.comp_info[0].h_samp_factor = options.luma_factor / 10;
    jpeg.comp_info[0].v_samp_factor = options.luma_factor % 10;
  }
  if (options.one_table && jpeg.num_components == 3) {
    jpeg.comp_info[1].quant_tbl_no = jpeg.comp_info[2].quant_tbl_no = 0;
  }
  if (options.progressive) {
    jpeg_simple_progression(&jpeg);
  }
  jpeg.arith_code = options.arithmetic ? TRUE : FALSE;
  jpeg.restart_in_rows = options.restart_rows;
  jpeg_start_compress(&jpeg, TRUE);
  const auto write_segment = [&jpeg](int marker, const std::string& text) {
    if (!text.empty()) {
      jpeg_write_marker(&jpeg, marker, reinterpret_cast<const JOCTET*>(text.data()),
                        static_cast<unsigned>(text.size()));
    }
  };
  write_segment(JPEG_APP0 + 1, options.exif);
  write_segment(JPEG_COM, options.comment);
  for (std::uint32_t y = 0; y < picture.size.height; ++y) {
    auto* row = const_cast<JSAMPROW>(picture.view().row(y).data());  // NOLINT: only read
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  const auto* const bytes = reinterpret_cast<const std::byte*>(memory);
  std::vector<std::byte> file(bytes, bytes + size);
  std::free(memory);  // NOLINT: libjpeg's
  return file;
}

}  // namespace albumen::testing
