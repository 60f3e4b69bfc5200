// SPDX-License-Identifier: Apache-2.0
#include "decode/decoder.h"

#include <algorithm>
#include <fmt/core.h>
#include <string>
#include <utility>

#include "core/check.h"
#include "decode/internal/format.h"
#include "decode/limits.h"
#include "decode/longtail/longtail_formats.h"
#include "decode/metadata/exif.h"
#include "decode/metadata/exif_block.h"
#include "decode/raw/raw_file.h"

namespace albumen {
namespace {

std::unexpected<Error> not_decoded(ContentType type) {
  if (type == ContentType::kEmpty) {
    return fail(ErrorCode::kTruncated, "the file is empty");
  }
  if (is_picture(type)) {
    return longtail_format(type)
               ? fail(ErrorCode::kUnsupported,
                      fmt::format("{} is not decoded without albumen-longtail", name_of(type)))
               : fail(ErrorCode::kUnsupported, fmt::format("{} is not decoded", name_of(type)));
  }
  return fail(ErrorCode::kUnsupported, fmt::format("is no picture (content: {})", name_of(type)));
}

bool is_longtail(ContentType type, const DecodeOptions& options) {
  return options.longtail != nullptr && longtail_format(type).has_value();
}

// A RAW is shown by its embedded JPEG. One without is developed, where that can be had.
Result<ImageInfo> probe_shown_or_developed(ByteSpan bytes, const DecodeOptions& options) {
  auto shown = probe_raw(bytes);
  if (shown || shown.error().code != ErrorCode::kUnsupported ||
      !is_longtail(ContentType::kRaw, options)) {
    return shown;
  }
  auto developed = probe_longtail(ContentType::kRaw, bytes, *options.longtail);
  const bool is_refused = !developed && developed.error().code == ErrorCode::kUnsupported;
  return is_refused ? std::move(shown) : std::move(developed);
}

bool is_developed(const ImageInfo& info) {
  return info.type == ContentType::kRaw && info.embedded.size == 0;
}

Result<ImageInfo> probe_by_type(ContentType type, ByteSpan bytes, const DecodeOptions& options) {
  switch (type) {
    case ContentType::kJpeg:
      return probe_jpeg(bytes);
    case ContentType::kPng:
      return probe_png(bytes);
    case ContentType::kWebp:
      return probe_webp(bytes);
    case ContentType::kRaw:
      return probe_shown_or_developed(bytes, options);
    default:
      return is_longtail(type, options) ? probe_longtail(type, bytes, *options.longtail)
                                        : not_decoded(type);
  }
}

Result<DecodePlan> plan_by_type(const ImageInfo& info, const PlanRequest& request,
                                const DecodeOptions& options) {
  switch (info.type) {
    case ContentType::kJpeg:
      return plan_jpeg(info, request);
    case ContentType::kPng:
      return plan_png(info, request);
    case ContentType::kWebp:
      return plan_webp(info, request);
    case ContentType::kRaw:
      if (!is_developed(info)) {
        return plan_jpeg(info, request);
      }
      [[fallthrough]];
    default:
      return is_longtail(info.type, options) ? plan_longtail(info, request)
                                             : not_decoded(info.type);
  }
}

Result<DecodedImage> decode_by_type(const DecodeRequest& request, Reservation& job) {
  switch (request.info.type) {
    case ContentType::kJpeg:
      return decode_jpeg(request, job);
    case ContentType::kPng:
      return decode_png(request, job);
    case ContentType::kWebp:
      return decode_webp(request, job);
    case ContentType::kRaw:
      if (!is_developed(request.info)) {
        return decode_raw(request, job);
      }
      [[fallthrough]];
    default:
      return is_longtail(request.info.type, request.options) ? decode_longtail(request, job)
                                                             : not_decoded(request.info.type);
  }
}

}  // namespace

Result<void> check_size(Size stored) {
  if (stored.empty()) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the header claims {} x {} pixels", stored.width, stored.height));
  }
  if (stored.longest_side() > kMaxSide || stored.pixels() > kMaxPixels) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} x {} pixels exceed the limit of {} a side and {} in all",
                            stored.width, stored.height, kMaxSide, kMaxPixels.count()));
  }
  return {};
}

Size needed_size(Size stored, std::span<const ViewSpec> views) {
  std::uint64_t longest = 0;
  for (const ViewSpec& view : views) {
    longest = std::max(longest, std::uint64_t{view.longest_side} * view.oversampling);
  }
  longest = std::min<std::uint64_t>(longest, stored.longest_side());
  return fit_inside(stored, static_cast<std::uint32_t>(longest));
}

std::unexpected<Error> needs_more(Bytes need, Bytes affordable) {
  return fail(ErrorCode::kBudgetExceeded, fmt::format("decoding needs {}, {} can be afforded",
                                                      to_string(need), to_string(affordable)));
}

DecodedImage single_plane_image(const DecodeRequest& request, ByteBuffer buffer,
                                std::size_t stride_bytes) {
  DecodedImage image;
  image.stored_original = request.info.stored_size;
  image.stored_size = request.plan.decoded_size;
  image.orientation = request.info.orientation;
  image.layout = request.plan.layout;
  image.buffer = std::move(buffer);
  image.planes[0] = ImageView{image.buffer.data(), request.plan.decoded_size,
                              channels_of(request.plan.layout), stride_bytes};
  return image;
}

ContentType content_type_of(const EncodedImage& image) {
  return raw_or_sniffed(image.bytes.bytes());
}

// What tells a RAW from a TIFF, and the JPEG in it, may lie anywhere.
bool probes_whole_files(ContentType type, const DecodeOptions& options) {
  return type == ContentType::kRaw || type == ContentType::kTiff || is_longtail(type, options);
}

bool lacks_longtail(ContentType type, const DecodeOptions& options) {
  return options.longtail == nullptr && longtail_format(type).has_value();
}

bool is_decoded_in_process(const ImageInfo& info) {
  return info.type == ContentType::kRaw ? !is_developed(info) : !longtail_format(info.type);
}

Bytes extra_probe_bytes(ContentType type, Bytes encoded, const DecodeOptions& options) {
  return is_longtail(type, options) ? encoded + longtail_probe_bytes() : Bytes{};
}

Result<ImageInfo> probe(const EncodedImage& image, const DecodeOptions& options) {
  const ByteSpan bytes = image.bytes.bytes();
  const ContentType type = content_type_of(image);
  ImageInfo info = TRY_CONTEXT(probe_by_type(type, bytes, options), image.name);
  info.type = type;
  info.encoded_bytes = Bytes{bytes.size()};
  TRY_CONTEXT(check_size(info.stored_size), image.name);
  if (!longtail_format(type) && type != ContentType::kRaw) {
    info.orientation = exif_orientation(find_exif_block(type, bytes));
  }
  return info;
}

Result<DecodePlan> plan(const ImageInfo& info, std::span<const ViewSpec> views, Bytes affordable,
                        const DecodeOptions& options) {
  const auto is_empty = [](const ViewSpec& view) { return view.longest_side == 0; };
  if (views.empty() || std::ranges::any_of(views, is_empty)) {
    return fail(ErrorCode::kInvalidArgument, "a decode needs views of at least one pixel");
  }
  TRY(check_size(info.stored_size));
  return plan_by_type(
      info, {.needed = needed_size(info.stored_size, views), .affordable = affordable}, options);
}

Result<DecodedImage> decode(const EncodedImage& image, const ImageInfo& info,
                            const DecodePlan& plan, const DecodeOptions& options,
                            Reservation& job) {
  if (job.size() < plan.peak_bytes) {
    return fail(ErrorCode::kInternal,
                fmt::format("{}: the job holds {} but its plan needs {}", image.name,
                            to_string(job.size()), to_string(plan.peak_bytes)));
  }
  TRY_CONTEXT(check_stop(options.stop), image.name);
  DecodeWatch watch{options, info.stored_size.pixels()};
  return decode_by_type({.bytes = image.bytes.bytes(),
                         .info = info,
                         .plan = plan,
                         .options = options,
                         .watch = watch},
                        job)
      .with_context(image.name);
}

}  // namespace albumen
