// SPDX-License-Identifier: Apache-2.0
// One picture of a training set: what making it costs, and the making. Tested by
// dataset_output_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "colour/colour_cache.h"
#include "core/geometry.h"
#include "core/identity.h"
#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "dataset/picture_settings.h"
#include "decode/decoder.h"
#include "govern/budget.h"
#include "govern/images.h"
#include "pipeline/stage_clock.h"
#include "sources/source.h"

namespace albumen {

struct OutputRequest {
  const SourceEntry& entry;
  const ImageInfo& info;  ///< with the file's length
  const PictureSettings& settings;
  std::span<const Size> buckets;  ///< empty: settings.frame.target
  Bytes limit;                    ///< the most that one picture may reserve
  LongtailDecoder* longtail = nullptr;
};

/// How a picture is made, and what it costs.
struct OutputPlan {
  ImageInfo info;
  OutputFormat format = OutputFormat::kPng;  ///< never kKeep
  FrameSpec frame;
  ViewSpec view;
  DecodePlan decode;
  /// A JPEG that keeps its size, shape and place: made from its coefficients, unless its colours
  /// must change.
  bool may_transcode = false;
  /// OutputFormat::kKeep, and nothing about it must change but perhaps its colours: copied.
  bool may_copy = false;
  Size size;           ///< of the output
  Bytes peak;          ///< of the whole job
  Bytes after_decode;  ///< what is still needed when the encoded bytes are gone
};

/// Errors: BudgetExceeded, naming need and limit, where the picture at its full scale does not fit:
/// what a set looks like never depends on memory. Unsupported, as `plan`.
Result<OutputPlan> plan_output(const OutputRequest& request);

struct OutputTarget {
  std::string path;
  std::string growing;  ///< folder where the file is written before it takes its place
  const PictureSettings& settings;
  ColourCache& colours;
  StageClock& clock;
  LongtailDecoder* longtail = nullptr;
  StopToken stop;
};

struct WrittenOutput {
  Size size;
  std::uint64_t bytes = 0;
  Sha256Digest sha256;
  bool copied = false;    ///< with all its frames
  float complete = 1.0F;  ///< below 1 where it was damaged: the share that was there
};

/// Makes the picture out of `image` and puts it at the target's path, whole or not at all. `memory`
/// holds plan.peak less what `image` carries; what it took is back on return. Errors: those of the
/// decode, of the encoders and of the file; Cancelled soon after target.stop, but for the resizing
/// and libdeflate's work for PngEffort::kSmall, which go to their ends.
Result<WrittenOutput> write_output(const OutputTarget& target, OutputPlan& plan,
                                   EncodedImage& image, Reservation& memory);

/// The format whose name_of is `name`.
std::optional<OutputFormat> format_named(std::string_view name);

}  // namespace albumen
