// SPDX-License-Identifier: Apache-2.0
// How the pictures of a training set are made: everything that changes one of their bytes.
// Tested by picture_settings_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/content_type.h"
#include "core/geometry.h"
#include "core/identity.h"
#include "core/result.h"
#include "encode/png.h"
#include "govern/pressure.h"
#include "prepare/buckets.h"
#include "prepare/frame_spec.h"

namespace albumen {

enum class OutputFormat : std::uint8_t {
  kPng,
  kJpeg,
  kWebp,
  kKeep,  ///< the source's own; what needs no change is copied without its metadata
};

std::string_view name_of(OutputFormat format);

struct PictureSettings {
  /// `fit`, `target`, ... of every picture; alpha as `--rgb` says: JPEGs are flattened anyway.
  FrameSpec frame{.fit = Fit::kInside, .target = {.width = 1024, .height = 1024}};
  /// Above 0, with Fit::kCover: instead of `frame.target`, each picture covers the bucket of its
  /// aspect (bucket_spec_of), whose sides are multiples of this.
  std::uint32_t bucket_step = 0;
  OutputFormat format = OutputFormat::kPng;
  int quality = 85;  ///< JPEG and WebP, 1..100
  PngEffort png_effort = PngEffort::kBalanced;
  float keep_truncated_percent = 100;
  /// EXIF goes along; what is copied, whole. Else a picture has nothing beside its pixels.
  bool keep_metadata = false;

  friend bool operator==(const PictureSettings&, const PictureSettings&) = default;
};

/// "fast": JPEG 75, bilinear. "balanced": PNG, bilinear. "quality": PNG, Lanczos. The rest as
/// `settings` has it. Error: InvalidArgument for another name.
Result<PictureSettings> with_preset(PictureSettings settings, std::string_view name);

/// The same with sides and quality no better than those of `step`: the frame keeps its shape, and a
/// picture of its own size becomes one that fits inside. REQUIRES: Fit::kInside or Fit::kOriginal.
PictureSettings reduced_to(PictureSettings settings, const QualityStep& step);

/// Buckets of at most the area of the target, with sides from a quarter of those of a square of
/// that area up to twice those, so that the target is one, given its sides are multiples of the
/// step. REQUIRES: a bucket_step.
BucketSpec bucket_spec_of(const PictureSettings& settings);

/// Those that count, as one line for people.
std::string to_text(const PictureSettings& settings);

/// Another one for any other settings, and for another version of what makes pictures of them.
Sha256Digest digest_of(const PictureSettings& settings);

/// What a picture of `type` becomes: never kKeep. A type that is not written becomes PNG.
OutputFormat format_for(OutputFormat wanted, ContentType type);

/// What files of a set are written as.
inline constexpr std::array kWrittenFormats{OutputFormat::kPng, OutputFormat::kJpeg,
                                            OutputFormat::kWebp};

/// ".png", ".jpg", ".webp".
std::string_view extension_of(OutputFormat format);

}  // namespace albumen
