// SPDX-License-Identifier: Apache-2.0
// probe, plan and decode of what a LongtailDecoder reads.
#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <span>
#include <string_view>

#include "decode/internal/format.h"
#include "decode/longtail/longtail_formats.h"
#include "decode/longtail/longtail_loan.h"
#include "decode/metadata/tiff_pages.h"

namespace albumen {
namespace {

// Most that the child takes while it decodes one picture, beside the shared file and pixels.
// Measured with pictures of 6 and 45 megapixels (README.md), and at least half as much again.
struct WorkingBytes {
  LongtailFormat format;
  std::uint64_t per_pixel;  ///< of 8 bits a sample, doubled above
};

constexpr std::array kWorkingBytes{
    WorkingBytes{LongtailFormat::kTiff, 8},      WorkingBytes{LongtailFormat::kGif, 8},
    WorkingBytes{LongtailFormat::kBmp, 18},      WorkingBytes{LongtailFormat::kHeif, 12},
    WorkingBytes{LongtailFormat::kAvif, 16},     WorkingBytes{LongtailFormat::kJpegXl, 32},
    WorkingBytes{LongtailFormat::kJpeg2000, 24}, WorkingBytes{LongtailFormat::kPsd, 32},
    WorkingBytes{LongtailFormat::kNetpbm, 4},    WorkingBytes{LongtailFormat::kRaw, 24},
};

/// Whatever the picture: stacks of threads, rows on their way, tables of codecs, and in the budget
/// the 8 MB that the child has of its own.
constexpr Bytes kFixedBytes = kMiB * 64;

Bytes working_bytes(LongtailFormat format, const ImageInfo& info) {
  const auto* const row = std::ranges::find(kWorkingBytes, format, &WorkingBytes::format);
  const std::uint64_t depth = info.bit_depth > 8 ? 2 : 1;
  return kFixedBytes + Bytes{info.stored_size.pixels().count() * row->per_pixel * depth};
}

std::size_t stride_of(Size size, int channels) {
  return round_up(std::size_t{size.width} * static_cast<std::size_t>(channels), kRowAlignment);
}

PixelLayout layout_of(const ImageInfo& info) {
  if (info.has_alpha) {
    return PixelLayout::kRgba8;
  }
  return info.channels == 1 ? PixelLayout::kGray8 : PixelLayout::kRgb8;
}

DecodePlan plan_with(const ImageInfo& info, LongtailFormat format, std::uint32_t factor) {
  DecodePlan plan;
  plan.decoded_size = shrunk_size(info.stored_size, factor);
  plan.shrink = factor;
  plan.layout = layout_of(info);
  plan.output_bytes =
      Bytes{stride_of(plan.decoded_size, channels_of(plan.layout)) * plan.decoded_size.height};
  plan.peak_bytes =
      plan.output_bytes + plan.output_bytes + info.encoded_bytes + working_bytes(format, info);
  return plan;
}

// By its major brand (ISO/IEC 23008-12, annex B; the AVIF specification): what libheif reads of a
// sequence is the still picture beside it.
bool is_sequence(ByteSpan file) {
  using std::string_view_literals::operator""sv;
  constexpr std::array kBrands{"hevc"sv, "hevx"sv, "hevm"sv, "hevs"sv, "msf1"sv, "avis"sv};
  constexpr std::size_t kBrandAt = 8;
  constexpr std::size_t kBrandBytes = 4;
  return file.size() >= kBrandAt + kBrandBytes &&
         std::ranges::any_of(kBrands, [&](std::string_view brand) {
           return std::ranges::equal(file.subspan(kBrandAt, kBrandBytes),
                                     std::as_bytes(std::span{brand}));
         });
}

bool has_more_frames(ContentType type, ByteSpan file, const LongtailAnswer& answer) {
  switch (type) {
    case ContentType::kTiff:
      return answer.has_more_frames && may_have_more_pages(file);
    case ContentType::kHeif:
    case ContentType::kAvif:
      return answer.has_more_frames || is_sequence(file);
    default:
      return answer.has_more_frames;
  }
}

}  // namespace

Bytes longtail_probe_bytes() { return kFixedBytes; }

Result<ImageInfo> probe_longtail(ContentType type, ByteSpan bytes, LongtailDecoder& decoder) {
  const auto format = longtail_format(type);
  ALBUMEN_ENSURE(format.has_value());
  const LongtailLoan client{decoder};
  const LongtailAnswer answer =
      TRY_CONTEXT(client->probe(*format, bytes, longtail_probe_bytes()), name_of(type));
  ImageInfo info;
  info.stored_size = {.width = answer.width, .height = answer.height};
  info.orientation = orientation_from_exif(answer.orientation);
  info.channels = answer.bands;
  info.bit_depth = answer.bits;
  info.has_alpha = answer.bands == 4;
  info.has_more_frames = has_more_frames(type, bytes, answer);
  return info;
}

Result<DecodePlan> plan_longtail(const ImageInfo& info, const PlanRequest& request) {
  const auto format = longtail_format(info.type);
  ALBUMEN_ENSURE(format.has_value());
  constexpr std::uint32_t kMaxFactor = 256;
  // The largest factor that covers lies near the ratio of the sides; rounding up may add one.
  std::uint32_t factor =
      std::min({info.stored_size.width / request.needed.width + 1,
                info.stored_size.height / request.needed.height + 1, kMaxFactor});
  const auto is_covered = [&](std::uint32_t candidate) {
    return covers(shrunk_size(info.stored_size, candidate), request.needed);
  };
  while (factor > 1 && !is_covered(factor)) {
    --factor;
  }
  DecodePlan plan = plan_with(info, *format, factor);
  while (plan.peak_bytes > request.affordable && factor < kMaxFactor) {
    plan = plan_with(info, *format, ++factor);
    plan.covers_views = is_covered(factor);
  }
  if (plan.peak_bytes > request.affordable) {
    return needs_more(plan.peak_bytes, request.affordable);
  }
  return plan;
}

Result<DecodedImage> decode_longtail(const DecodeRequest& request, Reservation& job) {
  const auto format = longtail_format(request.info.type);
  ALBUMEN_ENSURE(format.has_value() && request.options.longtail != nullptr);
  const Size size = request.plan.decoded_size;
  const int channels = channels_of(request.plan.layout);
  const std::size_t stride = stride_of(size, channels);
  ByteBuffer output = TRY(ByteBuffer::allocate(job, MemoryTag::kPixels, stride * size.height));
  const LongtailPicture picture{.format = *format,
                                .size = request.info.stored_size,
                                .bands = channels,
                                .shrink = request.plan.shrink};
  const MutableImageView out{output.data(), size, channels, stride};
  const LongtailLoan client{*request.options.longtail};
  TRY_CONTEXT(client->decode(picture, request.bytes, working_bytes(*format, request.info), out),
              name_of(request.info.type));
  return single_plane_image(request, std::move(output), stride);
}

}  // namespace albumen
