// SPDX-License-Identifier: Apache-2.0
// encode_jpeg of test_pictures.h, by libjpeg.
#include <algorithm>
#include <stdexcept>

#include "decode/jpeg/internal/libjpeg.h"
#include "decode/testing/test_pictures.h"

namespace albumen::testing {
namespace {

[[noreturn]] void throw_error(j_common_ptr jpeg) {
  std::array<char, JMSG_LENGTH_MAX> words{};
  jpeg->err->format_message(jpeg, words.data());
  throw std::runtime_error{words.data()};  // libjpeg-turbo's frames need no unwinding here
}

std::vector<ScanSpec> scans_of(JpegScript script, int components) {
  const bool gray = components == 1;
  const std::vector<int> all = gray ? std::vector<int>{0} : std::vector<int>{0, 1, 2};
  std::vector<ScanSpec> scans;
  switch (script) {
    case JpegScript::kBaseline:
    case JpegScript::kProgressive:
      return {};
    case JpegScript::kSplitChroma:
      scans = {{all, 0, 0, 0, 0}, {{0}, 1, 8, 0, 2}, {{0}, 9, 63, 0, 2}};
      for (int chroma = 1; chroma < components; ++chroma) {
        scans.push_back({{chroma}, 1, 8, 0, 1});
        scans.push_back({{chroma}, 9, 63, 0, 1});
        scans.push_back({{chroma}, 1, 63, 1, 0});
      }
      scans.push_back({{0}, 1, 63, 2, 1});
      scans.push_back({{0}, 1, 63, 1, 0});
      return scans;
    case JpegScript::kDcRefined:
      scans = {{all, 0, 0, 0, 1}, {all, 0, 0, 1, 0}};
      for (const int component : all) {
        scans.push_back({{component}, 1, 63, 0, 0});
      }
      return scans;
    case JpegScript::kSeparateDc:
      for (const int component : all) {
        scans.push_back({{component}, 0, 0, 0, 0});
        scans.push_back({{component}, 1, 5, 0, 0});
        scans.push_back({{component}, 6, 63, 0, 0});
      }
      return scans;
    case JpegScript::kSeparateScans:
      for (const int component : all) {
        scans.push_back({{component}, 0, 63, 0, 0});
      }
      return scans;
  }
  return scans;
}

std::vector<jpeg_scan_info> as_libjpeg(const std::vector<ScanSpec>& scans) {
  std::vector<jpeg_scan_info> result;
  for (const ScanSpec& scan : scans) {
    jpeg_scan_info info{};
    info.comps_in_scan = static_cast<int>(scan.components.size());
    std::ranges::copy(scan.components, info.component_index);
    info.Ss = scan.first;
    info.Se = scan.last;
    info.Ah = scan.high;
    info.Al = scan.low;
    result.push_back(info);
  }
  return result;
}

void set_space(jpeg_compress_struct& jpeg, const JpegOptions& options) {
  if (options.space == JpegSpace::kRgb) {
    jpeg_set_colorspace(&jpeg, JCS_RGB);
  } else if (options.space == JpegSpace::kYcck) {
    jpeg_set_colorspace(&jpeg, JCS_YCCK);
  }
  const bool has_chroma = jpeg.jpeg_color_space == JCS_YCbCr || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.comp_info[0].h_samp_factor = has_chroma ? options.horizontal : 1;
  jpeg.comp_info[0].v_samp_factor = has_chroma ? options.vertical : 1;
  if (has_chroma) {
    jpeg.comp_info[1].h_samp_factor = options.blue_horizontal;
  }
  if (jpeg.jpeg_color_space == JCS_YCCK) {
    jpeg.comp_info[3].h_samp_factor = options.horizontal;
    jpeg.comp_info[3].v_samp_factor = options.vertical;
  }
}

void write(jpeg_compress_struct& jpeg, const Picture& picture, const JpegOptions& options) {
  jpeg.image_width = picture.size.width;
  jpeg.image_height = picture.size.height;
  jpeg.input_components = picture.channels;
  jpeg.in_color_space =
      picture.channels == 1 ? JCS_GRAYSCALE : (picture.channels == 4 ? JCS_CMYK : JCS_RGB);
  jpeg_set_defaults(&jpeg);
  set_space(jpeg, options);
  jpeg_set_quality(&jpeg, options.quality, TRUE);
  jpeg.restart_in_rows = options.restart_rows;
  jpeg.arith_code = options.arithmetic ? TRUE : FALSE;
  const auto scans = as_libjpeg(scans_of(options.script, jpeg.num_components));
  if (options.script == JpegScript::kProgressive) {
    jpeg_simple_progression(&jpeg);
  } else if (!scans.empty()) {
    jpeg.scan_info = scans.data();
    jpeg.num_scans = static_cast<int>(scans.size());
  }
  jpeg_start_compress(&jpeg, TRUE);
  const std::size_t stride =
      std::size_t{picture.size.width} * static_cast<std::size_t>(picture.channels);
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(picture.pixels.data() + jpeg.next_scanline * stride);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
}

}  // namespace

EncodedBytes encode_jpeg(const Picture& picture, const JpegOptions& options) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  errors.error_exit = throw_error;
  jpeg_create_compress(&jpeg);
  unsigned char* output = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &output, &size);
  write(jpeg, picture, options);
  jpeg_destroy_compress(&jpeg);
  const auto* const begin = reinterpret_cast<const std::byte*>(output);
  EncodedBytes bytes{begin, begin + size};
  std::free(output);
  return bytes;
}

}  // namespace albumen::testing
