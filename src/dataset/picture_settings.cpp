// SPDX-License-Identifier: Apache-2.0
#include "dataset/picture_settings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <fmt/core.h>
#include <utility>

#include "files/sha256.h"

namespace albumen {
namespace {

// Raised when the same settings give other bytes.
constexpr std::string_view kVersion = "4";

constexpr std::array<std::string_view, 4> kFormatNames{"png", "jpeg", "webp", "keep"};
constexpr std::array<std::string_view, 4> kFitNames{"original", "inside", "cover", "pad"};
constexpr std::array<std::string_view, 3> kEffortNames{"fast", "balanced", "small"};
constexpr std::array<std::string_view, 3> kFilterNames{"area", "bilinear", "lanczos"};

template <class Enum, std::size_t kCount>
std::string_view name_in(const std::array<std::string_view, kCount>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

std::string size_text(const PictureSettings& settings) {
  const FrameSpec& frame = settings.frame;
  if (frame.fit == Fit::kOriginal) {
    return "size=original";
  }
  std::string text =
      fmt::format("size={}x{} fit={} upscale={}", frame.target.width, frame.target.height,
                  settings.bucket_step > 0 ? "bucket" : name_in(kFitNames, frame.fit),
                  frame.upscale == Upscale::kAllowed ? "yes" : "no");
  if (settings.bucket_step > 0) {
    text += fmt::format(" bucket-step={}", settings.bucket_step);
  }
  return text + fmt::format(" resample={}", name_in(kFilterNames, frame.filter));
}

// Each field, also where another one makes it count for nothing: which do is never judged here. A
// field that is added does not compile until it is named.
std::string every_field(const PictureSettings& settings) {
  const auto& [frame, bucket_step, format, quality, png_effort, truncated, metadata] = settings;
  const auto& [fit, target, upscale, filter, alpha, background, oversampling] = frame;
  return fmt::format("{} {}x{} {} {} {} {} {} {} {} {} {} {} {} {} {}", std::to_underlying(fit),
                     target.width, target.height, std::to_underlying(upscale),
                     std::to_underlying(filter), std::to_underlying(alpha), background.red,
                     background.green, background.blue, oversampling, bucket_step,
                     std::to_underlying(format), quality, std::to_underlying(png_effort), truncated,
                     metadata);
}

}  // namespace

std::string_view name_of(OutputFormat format) { return name_in(kFormatNames, format); }

Result<PictureSettings> with_preset(PictureSettings settings, std::string_view name) {
  if (name == "fast") {
    settings.format = OutputFormat::kJpeg;
    settings.quality = 75;
    settings.frame.filter = Filter::kBilinear;
  } else if (name == "balanced") {
    settings.format = OutputFormat::kPng;
    settings.png_effort = PngEffort::kBalanced;
    settings.frame.filter = Filter::kBilinear;
  } else if (name == "quality") {
    settings.format = OutputFormat::kPng;
    settings.png_effort = PngEffort::kBalanced;
    settings.frame.filter = Filter::kLanczos3;
  } else {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no preset '{}'; there are fast, balanced and quality", name));
  }
  return settings;
}

PictureSettings reduced_to(PictureSettings settings, const QualityStep& step) {
  FrameSpec& frame = settings.frame;
  settings.quality = std::min(settings.quality, step.quality);
  if (frame.fit == Fit::kOriginal) {
    frame.fit = Fit::kInside;
    frame.upscale = Upscale::kNever;
    frame.target = {.width = step.longest_side, .height = step.longest_side};
    return settings;
  }
  const std::uint64_t longest = frame.target.longest_side();
  if (longest > step.longest_side) {
    const auto shorter = [&](std::uint64_t side) {
      return static_cast<std::uint32_t>(
          std::max<std::uint64_t>(((side * step.longest_side) + (longest / 2)) / longest, 1));
    };
    frame.target = {.width = shorter(frame.target.width), .height = shorter(frame.target.height)};
  }
  return settings;
}

BucketSpec bucket_spec_of(const PictureSettings& settings) {
  const Size target = settings.frame.target;
  const auto side =
      static_cast<std::uint32_t>(std::sqrt(static_cast<double>(target.pixels().count())));
  const std::uint32_t shortest = std::min({side / 4, target.width, target.height});
  return {.area = target.pixels(),
          .step = settings.bucket_step,
          .shortest_side = std::max(settings.bucket_step, shortest),
          .longest_side = std::max(side * 2, target.longest_side())};
}

std::string to_text(const PictureSettings& settings) {
  std::string text = fmt::format("format={}", name_of(settings.format));
  if (settings.format != OutputFormat::kPng) {
    text += fmt::format(" quality={}", settings.quality);
  }
  if (settings.format == OutputFormat::kPng || settings.format == OutputFormat::kKeep) {
    text += fmt::format(" png-effort={}", name_in(kEffortNames, settings.png_effort));
  }
  const Rgb8 colour = settings.frame.background;
  text += fmt::format(" {} alpha={} background=#{:02x}{:02x}{:02x}", size_text(settings),
                      settings.frame.alpha == AlphaUse::kKeep ? "keep" : "flatten", colour.red,
                      colour.green, colour.blue);
  if (settings.keep_truncated_percent < 100) {
    text += fmt::format(" keep-truncated={}", settings.keep_truncated_percent);
  }
  if (settings.keep_metadata) {
    text += " metadata=keep";
  }
  return text;
}

Sha256Digest digest_of(const PictureSettings& settings) {
  const std::string text = fmt::format("albumen dataset {} {}", kVersion, every_field(settings));
  return sha256(std::as_bytes(std::span{text}));
}

OutputFormat format_for(OutputFormat wanted, ContentType type) {
  if (wanted != OutputFormat::kKeep) {
    return wanted;
  }
  switch (type) {
    case ContentType::kJpeg:
      return OutputFormat::kJpeg;
    case ContentType::kWebp:
      return OutputFormat::kWebp;
    default:
      return OutputFormat::kPng;
  }
}

std::string_view extension_of(OutputFormat format) {
  switch (format) {
    case OutputFormat::kJpeg:
      return ".jpg";
    case OutputFormat::kWebp:
      return ".webp";
    default:
      return ".png";
  }
}

}  // namespace albumen
