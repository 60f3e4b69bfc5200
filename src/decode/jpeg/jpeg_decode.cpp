// SPDX-License-Identifier: Apache-2.0
// JPEG to planes or rows: plain photographs by jpeg_plain, everything else by libjpeg-turbo. YCbCr
// and grey come as raw planes written straight into the output, without colour conversion or a
// copy; RGB and CMYK as rows.
#include <algorithm>
#include <array>
#include <cstring>
#include <fmt/core.h>
#include <optional>
#include <span>
#include <utility>

#include "colour/colour_transform.h"
#include "decode/internal/format.h"
#include "decode/jpeg/internal/jpeg_session.h"
#include "decode/jpeg/jpeg_geometry.h"
#include "decode/jpeg/jpeg_plain.h"
#include "decode/jpeg/jpeg_scans.h"

namespace albumen {
namespace {

// A damaged picture is never reported as whole.
constexpr float kAlmostComplete = 0.999F;

// Neutral grey in every layout of this file.
constexpr int kMissingSample = 0x80;

J_COLOR_SPACE stored_space(JpegColor color) {
  switch (color) {
    case JpegColor::kGray:
      return JCS_GRAYSCALE;
    case JpegColor::kYcc:
      return JCS_YCbCr;
    case JpegColor::kRgb:
      return JCS_RGB;
    case JpegColor::kCmyk:
      return JCS_CMYK;
    case JpegColor::kYcck:
      return JCS_YCCK;
  }
  return JCS_UNKNOWN;
}

// `probe` and libjpeg read the same header the same way, or the plan is worthless.
bool same_header(const jpeg_decompress_struct& jpeg, const ImageInfo& info) {
  if (jpeg.image_width != info.stored_size.width || jpeg.image_height != info.stored_size.height ||
      jpeg.num_components != info.jpeg.component_count ||
      jpeg.jpeg_color_space != stored_space(info.jpeg.color)) {
    return false;
  }
  for (int index = 0; index < jpeg.num_components; ++index) {
    const JpegComponent& component = info.jpeg.components[static_cast<std::size_t>(index)];
    if (jpeg.comp_info[index].h_samp_factor != component.horizontal ||
        jpeg.comp_info[index].v_samp_factor != component.vertical) {
      return false;
    }
  }
  return true;
}

bool same_geometry(const jpeg_decompress_struct& jpeg, const JpegGeometry& geometry) {
  if (jpeg.output_width != geometry.decoded.width ||
      jpeg.output_height != geometry.decoded.height) {
    return false;
  }
  for (int index = 0; index < jpeg.num_components; ++index) {
    const jpeg_component_info& component = jpeg.comp_info[index];
    const JpegPlane& plane = geometry.planes[static_cast<std::size_t>(index)];
    if (component.DCT_scaled_size != plane.block_side ||
        component.downsampled_width != plane.samples.width ||
        component.downsampled_height != plane.samples.height) {
      return false;
    }
  }
  return true;
}

void set_parameters(jpeg_decompress_struct& jpeg, const JpegGeometry& geometry, int scale) {
  jpeg.scale_num = static_cast<unsigned int>(scale);
  jpeg.scale_denom = DCTSIZE;
  jpeg.dct_method = JDCT_ISLOW;  // with SIMD as fast as the rougher ones
  // Smoothing would invent AC coefficients in place of those that were left out.
  jpeg.do_block_smoothing = FALSE;
  jpeg.raw_data_out = geometry.planar ? TRUE : FALSE;
  if (geometry.planar) {
    jpeg.out_color_space = jpeg.jpeg_color_space;
  } else {
    jpeg.out_color_space = jpeg.num_components == 4 ? JCS_CMYK : JCS_RGB;
  }
}

// One iMCU row at a time, pointers straight into the planes.
void read_planes(jpeg_decompress_struct& jpeg, const JpegGeometry& geometry, std::uint8_t* out) {
  constexpr std::size_t kMaxRows = std::size_t{4} * 16;  // sampling factor x largest inverse DCT
  std::array<std::array<JSAMPROW, kMaxRows>, 3> rows{};
  std::array<JSAMPARRAY, 3> planes{rows[0].data(), rows[1].data(), rows[2].data()};
  const auto components = static_cast<std::size_t>(jpeg.num_components);
  const auto lines = static_cast<JDIMENSION>(jpeg.max_v_samp_factor * jpeg.min_DCT_scaled_size);
  for (std::size_t mcu_row = 0; jpeg.output_scanline < jpeg.output_height; ++mcu_row) {
    for (std::size_t index = 0; index < components; ++index) {
      const JpegPlane& plane = geometry.planes[index];
      const std::size_t count = plane.rows / jpeg.total_iMCU_rows;
      std::uint8_t* row = out + plane.offset + mcu_row * count * plane.stride;
      for (std::size_t at = 0; at < count; ++at, row += plane.stride) {
        rows[index][at] = row;
      }
    }
    jpeg_read_raw_data(&jpeg, planes.data(), lines);
  }
}

// Naive conversion without a profile, as browsers do it: each ink takes its share of the light.
void cmyk_to_rgb(std::uint8_t* rgb, const std::uint8_t* cmyk, std::uint32_t width, bool inverted) {
  constexpr unsigned kHalf = 127;
  const unsigned flip = inverted ? 0x00 : 0xFF;
  for (std::uint32_t x = 0; x < width; ++x, rgb += 3, cmyk += 4) {
    const unsigned light = cmyk[3] ^ flip;
    for (std::size_t channel = 0; channel < 3; ++channel) {
      rgb[channel] = static_cast<std::uint8_t>(((cmyk[channel] ^ flip) * light + kHalf) / 255);
    }
  }
}

/// How a row of CMYK becomes RGB.
struct InkReader {
  bool inverted = false;
  const ColourTransform* colour = nullptr;  ///< null: the naive conversion

  // `cmyk` may be changed.
  void convert(std::uint8_t* rgb, std::uint8_t* cmyk, std::uint32_t width) const {
    if (colour == nullptr) {
      cmyk_to_rgb(rgb, cmyk, width, inverted);
      return;
    }
    const std::span inks{cmyk, std::size_t{width} * 4};
    if (inverted) {
      std::ranges::transform(inks, inks.begin(), [](std::uint8_t ink) -> std::uint8_t {
        return static_cast<std::uint8_t>(255 - ink);
      });
    }
    colour->convert_inks({rgb, std::size_t{width} * 3}, inks);
  }
};

InkReader ink_reader(const DecodeRequest& request) {
  const ColourTransform* const colour = request.options.colour;
  const bool takes_inks = colour != nullptr && colour->model() == ColourModel::kCmyk;
  return {.inverted = request.info.jpeg.adobe_inverted, .colour = takes_inks ? colour : nullptr};
}

void read_rows(jpeg_decompress_struct& jpeg, const JpegGeometry& geometry, std::uint8_t* out,
               const InkReader& inks) {
  JSAMPARRAY cmyk = nullptr;
  if (jpeg.num_components == 4) {
    cmyk = jpeg.mem->alloc_sarray(reinterpret_cast<j_common_ptr>(&jpeg), JPOOL_IMAGE,
                                  jpeg.output_width * 4, 1);
  }
  while (jpeg.output_scanline < jpeg.output_height) {
    JSAMPROW row = out + jpeg.output_scanline * geometry.row_stride;
    if (cmyk == nullptr) {
      jpeg_read_scanlines(&jpeg, &row, 1);
    } else {
      jpeg_read_scanlines(&jpeg, cmyk, 1);
      inks.convert(row, cmyk[0], jpeg.output_width);
    }
  }
}

Result<DecodedImage> finished_image(const DecodeRequest& request, const JpegGeometry& geometry,
                                    ByteBuffer buffer) {
  if (!geometry.planar) {
    return single_plane_image(request, std::move(buffer), geometry.row_stride);
  }
  DecodedImage image = single_plane_image(request, std::move(buffer), geometry.planes[0].stride);
  if (geometry.layout == PixelLayout::kYcc8) {
    for (std::size_t index = 0; index < image.planes.size(); ++index) {
      const JpegPlane& plane = geometry.planes[index];
      image.planes[index] =
          ImageView{image.buffer.data() + plane.offset, plane.samples, 1, plane.stride};
    }
  }
  return image;
}

/// What one decode came to, beside its pixels.
struct Outcome {
  std::optional<Error> failed;  ///< nothing usable
  float complete = 1.0F;
};

// Everything that talks to libjpeg. `out` has geometry.output_bytes.
Outcome run_session(JpegSession& session, const DecodeRequest& request,
                    const JpegGeometry& geometry, bool has_end, std::uint8_t* out) {
  const bool has_header =
      session.run([](jpeg_decompress_struct& jpeg) { jpeg_read_header(&jpeg, TRUE); });
  if (!has_header) {
    return {.failed = session.error()};
  }
  if (!same_header(session.jpeg(), request.info)) {
    return {.failed = Error{.code = ErrorCode::kCorrupt,
                            .message = "the JPEG header contradicts itself"}};
  }
  session.accept_header();
  set_parameters(session.jpeg(), geometry, request.plan.jpeg_scale);
  const bool started =
      session.run([](jpeg_decompress_struct& jpeg) { jpeg_start_decompress(&jpeg); });
  if (!started) {
    return {.failed = session.error()};
  }
  if (!same_geometry(session.jpeg(), geometry)) {
    return {.failed = Error{.code = ErrorCode::kInternal,
                            .message = "libjpeg scales otherwise than planned"}};
  }
  const InkReader inks = ink_reader(request);
  const bool finished = session.run([&geometry, out, &inks](jpeg_decompress_struct& jpeg) {
    if (geometry.planar) {
      read_planes(jpeg, geometry, out);
    } else {
      read_rows(jpeg, geometry, out, inks);
    }
  });
  if (request.watch.has_ended()) {
    return {.failed = session.error()};
  }
  if (session.damage()) {
    const JpegDamage& damage = *session.damage();
    const float complete = std::min(damage.complete, kAlmostComplete);
    const bool lies_in_data =
        damage.code == ErrorCode::kTruncated || damage.code == ErrorCode::kCorrupt;
    if (!lies_in_data || !keeps(request.options, complete)) {
      return {.failed = session.error()};
    }
    return {.failed = {}, .complete = complete};
  }
  ALBUMEN_DCHECK(finished);
  if (!has_end) {
    if (!keeps(request.options, kAlmostComplete)) {
      return {.failed = Error{.code = ErrorCode::kTruncated,
                              .message = "the JPEG ends before its last scan"}};
    }
    return {.failed = {}, .complete = kAlmostComplete};
  }
  return {.failed = {}, .complete = finished ? 1.0F : 0.0F};
}

// `output` has geometry.output_bytes. Returns the share of the picture that was there.
Result<float> decode_with_libjpeg(const DecodeRequest& request, const JpegGeometry& geometry,
                                  Reservation& job, ByteBuffer& output) {
  const JpegScans scans = TRY(select_scans(request.bytes, request.info, geometry));
  JpegArena arena{
      TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, geometry.arena_bytes, Contents::kZeros))};
  const bool keeps_damaged = request.options.keep_truncated_percent < 100.0F;
  if (keeps_damaged) {
    std::memset(output.data(), kMissingSample, output.size());
  }
  Outcome outcome;
  {
    JpegSession session{
        scans.kept, arena, request.watch,
        keeps_damaged ? JpegSession::OnDamage::kGoOn : JpegSession::OnDamage::kStop};
    outcome = run_session(session, request, geometry, scans.has_end, output.data());
  }
  arena.release_to(job);
  if (outcome.failed) {
    return std::unexpected(*std::move(outcome.failed));
  }
  return outcome.complete;
}

}  // namespace

Result<DecodedImage> decode_jpeg(const DecodeRequest& request, Reservation& job) {
  const JpegGeometry geometry = jpeg_geometry(request.info, request.plan.jpeg_scale);
  ByteBuffer output = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, geometry.output_bytes));
  float complete = 1.0F;
  if (!TRY(decode_plain_jpeg(request, geometry, job, output.data()))) {
    complete = TRY(decode_with_libjpeg(request, geometry, job, output));
  }
  DecodedImage image = TRY(finished_image(request, geometry, std::move(output)));
  image.complete = complete;
  return image;
}

}  // namespace albumen
