// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_output.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <utility>
#include <vector>

#include "decode/colour.h"
#include "decode/metadata.h"
#include "encode/byte_sink.h"
#include "encode/exif.h"
#include "encode/jpeg.h"
#include "encode/picture_copy.h"
#include "encode/png.h"
#include "encode/webp.h"
#include "files/file.h"
#include "prepare/buckets.h"
#include "prepare/frame.h"

namespace albumen {
namespace {

PixelShape shape_of_plan(const ImageInfo& info, const DecodePlan& plan) {
  return {.stored_original = info.stored_size,
          .stored_size = plan.decoded_size,
          .layout = plan.layout,
          .orientation = info.orientation};
}

// What every picture gets, or the bucket of its shape.
FrameSpec frame_for(const OutputRequest& request, OutputFormat format) {
  const ImageInfo& info = request.info;
  FrameSpec frame = request.settings.frame;
  if (!request.buckets.empty()) {
    frame.fit = Fit::kCover;
    frame.target =
        frame.upscale == Upscale::kAllowed
            ? choose_bucket(request.buckets, info.size())
            : choose_bucket_within(request.buckets, bucket_spec_of(request.settings), info.size());
  }
  if (format == OutputFormat::kJpeg || !info.has_alpha) {
    frame.alpha = AlphaUse::kFlatten;
  }
  return frame;
}

int channels_of(const FrameSpec& frame) { return frame.alpha == AlphaUse::kKeep ? 4 : 3; }

JpegOptions jpeg_options(const PictureSettings& settings) { return {.quality = settings.quality}; }

WebpOptions webp_options(const PictureSettings& settings) { return {.quality = settings.quality}; }

Bytes encode_bytes(Size size, const OutputPlan& plan, const PictureSettings& settings) {
  const int channels = channels_of(plan.frame);
  if (plan.format == OutputFormat::kJpeg) {
    return jpeg_encode_bytes(size, channels, jpeg_options(settings));
  }
  if (plan.format == OutputFormat::kWebp) {
    return webp_encode_bytes(size, channels, webp_options(settings));
  }
  return png_encode_bytes(size, channels, settings.png_effort);
}

bool is_own_format(OutputFormat format, ContentType type) {
  return (format == OutputFormat::kJpeg && type == ContentType::kJpeg) ||
         (format == OutputFormat::kPng && type == ContentType::kPng) ||
         (format == OutputFormat::kWebp && type == ContentType::kWebp);
}

// Under any fit: a frame of the picture's own size neither cuts nor fills.
bool keeps_everything(const ImageInfo& info, Size frame) {
  constexpr int kMostComponents = 3;  // inks become RGB
  return info.orientation == Orientation::kUpright && frame == info.size() &&
         info.jpeg.component_count <= kMostComponents && info.jpeg.color != JpegColor::kRgb;
}

// Whether the source is the output, its colours apart: any size that fits already.
bool needs_no_change(const OutputRequest& request, const OutputPlan& plan) {
  constexpr int kMostComponents = 3;  // inks become RGB
  const ImageInfo& info = request.info;
  const bool loses_alpha = info.has_alpha && plan.frame.alpha == AlphaUse::kFlatten;
  return request.settings.format == OutputFormat::kKeep && is_own_format(plan.format, info.type) &&
         info.orientation == Orientation::kUpright && plan.size == info.size() && !loses_alpha &&
         info.jpeg.component_count <= kMostComponents;
}

// An upper bound out of the header: 128 bytes a block, and what libjpeg keeps beside.
Bytes transcode_bound(const ImageInfo& info) {
  constexpr std::uint64_t kBlockSide = 8;
  constexpr std::uint64_t kBlockBytes = 128;
  constexpr Bytes kBeside = kMiB;
  std::uint64_t widest = 1;
  std::uint64_t highest = 1;
  std::uint64_t blocks_of_unit = 0;
  for (int index = 0; index < info.jpeg.component_count; ++index) {
    const JpegComponent& component = info.jpeg.components.at(static_cast<std::size_t>(index));
    widest = std::max<std::uint64_t>(widest, component.horizontal);
    highest = std::max<std::uint64_t>(highest, component.vertical);
    blocks_of_unit += std::uint64_t{component.horizontal} * component.vertical;
  }
  const auto units = [](std::uint64_t side, std::uint64_t blocks) {
    return (side + blocks * kBlockSide - 1) / (blocks * kBlockSide);
  };
  return Bytes{units(info.stored_size.width, widest) * units(info.stored_size.height, highest) *
               blocks_of_unit * kBlockBytes} +
         kBeside;
}

std::unexpected<Error> too_large_for(Bytes need, Bytes limit) {
  return fail(ErrorCode::kBudgetExceeded,
              fmt::format("needs {}, the memory budget is {}", to_string(need), to_string(limit)));
}

/// Ends what writes to it once a stop was requested. REQUIRES: `next` outlives it.
class StoppableSink final : public ByteSink {
 public:
  StoppableSink(ByteSink& next, StopToken stop) : next_(next), stop_(std::move(stop)) {}

  Result<void> write(std::span<const std::byte> bytes) override {
    TRY(check_stop(stop_));
    return next_.write(bytes);
  }

 private:
  ByteSink& next_;
  StopToken stop_;
};

class OutputWriter {
 public:
  OutputWriter(const OutputTarget& target, OutputPlan& plan, EncodedImage& image,
               Reservation& memory)
      : target_(target), plan_(plan), image_(image), memory_(memory) {}

  Result<WrittenOutput> run() {
    colour_ = target_.colours.choose(read_colour(image_), colour_model_of(plan_.info));
    if (plan_.may_copy && colour_.transform == nullptr) {
      auto written = copy();
      if (written) {
        written->copied = true;
      }
      // What is odd or damaged: decoding says what is wrong, or makes a sound file of it.
      if (written || !is_about_the_file(written.error().code)) {
        return written;
      }
    }
    if (target_.settings.keep_metadata) {
      exif_ = upright_exif(exif_block_of(image_), plan_.size);
    }
    if (plan_.may_transcode && colour_.transform == nullptr) {
      auto written = transcode();
      // As above: what a transcoder must refuse, a decoder may conceal.
      if (written || !is_about_the_file(written.error().code)) {
        return written;
      }
    }
    return decode_and_encode();
  }

 private:
  static bool is_about_the_file(ErrorCode code) {
    return code == ErrorCode::kUnsupported || code == ErrorCode::kCorrupt ||
           code == ErrorCode::kTruncated;
  }

  Result<WrittenOutput> copy() {
    const std::span<const std::byte> bytes = image_.bytes.bytes();
    const CopiedParts parts =
        target_.settings.keep_metadata ? CopiedParts::kEverything : CopiedParts::kPicture;
    const StageTimer timer{target_.clock, Stage::kWrite, Bytes{bytes.size()}};
    return write(plan_.info.size(),
                 [&](ByteSink& sink) { return copy_picture(bytes, parts, sink); });
  }

  Result<WrittenOutput> transcode() {
    const std::span<const std::byte> bytes = image_.bytes.bytes();
    const Bytes need = TRY(jpeg_transcode_bytes(bytes));
    if (need > memory_.size()) {
      return fail(ErrorCode::kUnsupported, "more blocks than the header promised");
    }
    const StageTimer timer{target_.clock, Stage::kEncode, Bytes{bytes.size()}};
    return write(plan_.info.size(), [&](ByteSink& sink) {
      return transcode_jpeg(bytes, {.quality = target_.settings.quality}, sink, memory_);
    });
  }

  Result<WrittenOutput> decode_and_encode() {
    DecodedImage decoded = TRY(decode_image());
    Frame frame = TRY(make_frame_of(decoded));
    decoded.buffer.release_to(memory_);
    const Size size = frame.pixels.size();
    const StageTimer timer{target_.clock, Stage::kEncode, Bytes{frame.buffer.size()}};
    auto written = write(size, [&](ByteSink& sink) { return encode(frame.pixels, sink); });
    frame.buffer.release_to(memory_);
    if (written) {
      written->complete = decoded.complete;
    }
    return written;
  }

  Result<DecodedImage> decode_image() {
    const StageTimer timer{target_.clock, Stage::kDecode, Bytes{image_.bytes.size()}};
    const DecodeOptions options{.keep_truncated_percent = target_.settings.keep_truncated_percent,
                                .colour = colour_.transform.get(),
                                .longtail = target_.longtail,
                                .stop = target_.stop};
    auto decoded = TRY(decode(image_, plan_.info, plan_.decode, options, memory_));
    image_.bytes.release_to(memory_);
    memory_.shrink_to(plan_.after_decode - Bytes{decoded.buffer.size()});
    return decoded;
  }

  Result<Frame> make_frame_of(const DecodedImage& decoded) {
    const StageTimer timer{target_.clock, Stage::kPrepare, Bytes{decoded.buffer.size()}};
    return make_frame(decoded, plan_.frame, colour_.transform.get(), memory_);
  }

  Result<void> encode(ImageView pixels, ByteSink& sink) {
    if (plan_.format == OutputFormat::kJpeg) {
      return encode_jpeg(pixels, jpeg_options(target_.settings), sink, memory_);
    }
    if (plan_.format == OutputFormat::kWebp) {
      return encode_webp(pixels, webp_options(target_.settings), sink, memory_);
    }
    return encode_png(pixels, {.effort = target_.settings.png_effort}, sink, memory_);
  }

  template <class Encode>
  Result<WrittenOutput> write(Size size, const Encode& encode) {
    auto file = TRY(AtomicFile::create_in(target_.growing, target_.path));
    FileSink to_file{file};
    HashingSink sink{to_file};
    ExifSink with_exif{sink, exif_, size};
    StoppableSink stoppable{with_exif, target_.stop};
    TRY(encode(stoppable));
    TRY(with_exif.finish());
    const WrittenOutput written{
        .size = size, .bytes = sink.size().count(), .sha256 = sink.finish()};
    TRY(file.commit_unsynced());  // last: whoever hears of a failure has the file of before
    return written;
  }

  const OutputTarget& target_;  // outlive this
  OutputPlan& plan_;
  EncodedImage& image_;
  Reservation& memory_;
  ColourChoice colour_;
  std::vector<std::byte> exif_;  // to go along; outside of the budget, at most kMostCarriedExif
};

}  // namespace

Result<OutputPlan> plan_output(const OutputRequest& request) {
  const ImageInfo& info = request.info;
  OutputPlan plan{.info = info, .format = format_for(request.settings.format, info.type)};
  plan.frame = frame_for(request, plan.format);
  plan.view = decoded_view_for(info.size(), plan.frame);
  const Bytes encoded = request.entry.encoded_size;
  if (encoded >= request.limit || request.entry.reading_bytes() > request.limit) {
    return too_large_for(request.entry.reading_bytes(), request.limit);
  }
  const DecodeOptions options{.keep_truncated_percent = request.settings.keep_truncated_percent,
                              .longtail = request.longtail};
  plan.decode = TRY(albumen::plan(info, {&plan.view, 1}, Bytes::max(), options));
  const PixelShape shape = shape_of_plan(info, plan.decode);
  const Size size = frame_size(shape, plan.frame);
  plan.size = size;
  const Bytes frame{std::uint64_t{size.width} * size.height *
                    static_cast<std::uint64_t>(channels_of(plan.frame))};
  plan.after_decode =
      plan.decode.output_bytes + std::max(frame_peak_bytes(shape, plan.frame),
                                          frame + encode_bytes(size, plan, request.settings));
  plan.peak = std::max(
      {request.entry.reading_bytes(), encoded + plan.decode.peak_bytes, plan.after_decode});
  // Decided without the limit: where memory decided it, one picture had other bytes in a set that
  // was made with less.
  plan.may_transcode = info.type == ContentType::kJpeg && plan.format == OutputFormat::kJpeg &&
                       keeps_everything(info, size);
  plan.may_copy = needs_no_change(request, plan);
  if (plan.may_transcode) {
    plan.peak = std::max(plan.peak, encoded + transcode_bound(info));
  }
  if (plan.peak > request.limit) {
    return too_large_for(plan.peak, request.limit);
  }
  return plan;
}

Result<WrittenOutput> write_output(const OutputTarget& target, OutputPlan& plan,
                                   EncodedImage& image, Reservation& memory) {
  return OutputWriter{target, plan, image, memory}.run();
}

std::optional<OutputFormat> format_named(std::string_view name) {
  for (const OutputFormat format : {OutputFormat::kPng, OutputFormat::kJpeg, OutputFormat::kWebp}) {
    if (name_of(format) == name) {
      return format;
    }
  }
  return std::nullopt;
}

}  // namespace albumen
