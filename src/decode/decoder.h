// SPDX-License-Identifier: Apache-2.0
// Encoded bytes to pixels in three steps, so that nothing is allocated before it is paid for:
// `probe` reads the header, `plan` says how to decode and what memory that takes, `decode` does it
// inside the reservation that the plan asked for.
// Tested by decoder_test.cpp, jpeg/, png/ and webp/.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "colour/colour_transform.h"
#include "core/content_type.h"
#include "core/geometry.h"
#include "core/result.h"
#include "core/stop.h"
#include "core/units.h"
#include "core/view_spec.h"
#include "govern/budget.h"
#include "govern/images.h"

namespace albumen {

/// The colour space inside a JPEG, decided as libjpeg does (JFIF and Adobe markers, then ids).
enum class JpegColor : std::uint8_t { kGray, kYcc, kRgb, kCmyk, kYcck };

/// One component of a JPEG's frame header.
struct JpegComponent {
  std::uint8_t id = 0;
  std::uint8_t horizontal = 1;  ///< sampling factor, 1..4
  std::uint8_t vertical = 1;    ///< sampling factor, 1..4

  friend bool operator==(const JpegComponent&, const JpegComponent&) = default;
};

/// What only JPEGs have.
struct JpegDetails {
  JpegColor color = JpegColor::kYcc;
  int component_count = 0;  ///< 1..4
  std::array<JpegComponent, 4> components{};
  /// Progressive, or the first scan lacks a component: all coefficients are kept in memory.
  bool multi_scan = false;
  /// Adobe writes CMYK inverted: 255 is no ink.
  bool adobe_inverted = false;

  friend bool operator==(const JpegDetails&, const JpegDetails&) = default;
};

/// What only WebPs have.
struct WebpDetails {
  bool lossless = false;
  /// Where the first frame lies on the canvas; the whole canvas for a still.
  Size frame_size;
  std::uint32_t frame_x = 0;
  std::uint32_t frame_y = 0;

  friend bool operator==(const WebpDetails&, const WebpDetails&) = default;
};

/// Where the JPEG lies in a RAW.
struct EmbeddedRange {
  std::size_t offset = 0;
  std::size_t size = 0;  ///< bytes; 0: the picture is no RAW

  friend bool operator==(const EmbeddedRange&, const EmbeddedRange&) = default;
};

/// What a header says. Checked against the limits of limits.h.
struct ImageInfo {
  ContentType type = ContentType::kUnknown;
  Size stored_size;  ///< pixels in the file, before orientation; never empty
  Orientation orientation = Orientation::kUpright;
  int channels = 0;          ///< in the file, a palette counting as 3, its transparency as 1 more
  int bit_depth = 8;         ///< per channel, in the file
  bool progressive = false;  ///< JPEG
  bool interlaced = false;   ///< PNG, Adam7
  bool has_alpha = false;
  /// Frames, pages or pictures beside the one that is decoded, the first; a WebP is only known to
  /// be an animation. Small versions of a TIFF's page are none.
  bool has_more_frames = false;
  Bytes encoded_bytes;
  JpegDetails jpeg;
  WebpDetails webp;
  /// RAW: all else here is about this JPEG, the orientation apart, which may be the RAW's own.
  /// Empty where there is none and options.longtail develops the sensor's values.
  EmbeddedRange embedded;

  /// Size after turning.
  [[nodiscard]] Size size() const { return oriented(stored_size, orientation); }

  friend bool operator==(const ImageInfo&, const ImageInfo&) = default;
};

class LongtailDecoder;  // decode/longtail.h

struct DecodeOptions {
  /// Accept a damaged picture of which at least this share is there, in percent; 100 accepts none.
  /// The share goes to DecodedImage::complete, the missing part is filled with defined bytes.
  float keep_truncated_percent = 100.0F;
  /// How inks become RGB: used for CMYK JPEGs where it takes kCmyk, which are else converted by
  /// the simple formula of browsers. Other pictures keep their colours, whatever is here: those
  /// are cheaper to convert when the picture is small. Outlives the decode.
  const ColourTransform* colour = nullptr;
  /// Reads the formats that are not decoded here; without it they are Unsupported. Such a picture
  /// comes in sRGB, whole or not at all. Outlives the decode.
  LongtailDecoder* longtail = nullptr;
  /// Ends a decode between two groups of rows: it is Cancelled. albumen-longtail has its own.
  StopToken stop;
  /// The processor time of the calling thread so far, against which limits.h holds the decode.
  /// Empty: the system's; tests bring others. Called on the thread that decodes.
  std::function<std::chrono::nanoseconds()> processor_time;
};

/// How to decode, and what it costs.
struct DecodePlan {
  Size decoded_size;  ///< of planes[0], stored orientation
  /// False where memory allowed only a smaller decode than the largest view asks for.
  bool covers_views = true;
  int jpeg_scale = 8;               ///< JPEG: N of the DCT scale N/8, 1..8
  std::uint32_t shrink = 1;         ///< PNG, longtail: side of the box of pixels averaged to one
  bool skip_jpeg_ac_scans = false;  ///< JPEG: drop scans that cannot change a pixel at this scale
  PixelLayout layout = PixelLayout::kRgb8;
  Bytes output_bytes;  ///< of DecodedImage::buffer
  Bytes peak_bytes;    ///< output and everything the codec needs while it works
};

/// What the bytes are: `sniff`, but a TIFF that is a camera's RAW is told from others by its
/// directories, as far as they are there: in real files within the first 128 KiB.
ContentType content_type_of(const EncodedImage& image);

/// Whether `probe` wants all of such a file, not only its beginning.
bool probes_whole_files(ContentType type, const DecodeOptions& options);

/// Whether pictures of `type` are Unsupported for want of albumen-longtail alone.
bool lacks_longtail(ContentType type, const DecodeOptions& options);

/// Whether `decode` reads such a picture itself, held to the processor time of limits.h: else
/// options.longtail does, by the clock.
bool is_decoded_in_process(const ImageInfo& info);

/// Memory that `probe` takes beside a file of `encoded` bytes; 0 where a few bytes of stack do.
Bytes extra_probe_bytes(ContentType type, Bytes encoded, const DecodeOptions& options);

/// Probes through `attempt`, which takes options and reads the file beside extra_probe_bytes of
/// them. A RAW is tried without albumen-longtail first: most have a JPEG, and need no memory for
/// it.
template <class Attempt>
Result<ImageInfo> probe_with(ContentType type, const DecodeOptions& options,
                             const Attempt& attempt) {
  if (type != ContentType::kRaw || options.longtail == nullptr) {
    return attempt(options);
  }
  DecodeOptions shown = options;
  shown.longtail = nullptr;
  auto info = attempt(shown);
  const bool is_to_be_developed = !info && info.error().code == ErrorCode::kUnsupported;
  return is_to_be_developed ? attempt(options) : std::move(info);
}

/// Reads the header; allocates no pixels. Content decides, never the name.
/// Errors: Unsupported (no picture, or not decoded by this build), Truncated, Corrupt, TooLarge;
/// of a file that options.longtail reads also BudgetExceeded, DeadlineExceeded, Unavailable, Io.
Result<ImageInfo> probe(const EncodedImage& image, const DecodeOptions& options = {});

/// The cheapest plan whose decode still covers the largest of `views` (its longest side times its
/// oversampling; kDecoded likewise). When its peak exceeds `affordable`, the largest decode that
/// fits
/// (`covers_views` is then false). Errors: BudgetExceeded naming need and limit when nothing fits;
/// InvalidArgument without views or with one of longest side 0.
Result<DecodePlan> plan(const ImageInfo& info, std::span<const ViewSpec> views, Bytes affordable,
                        const DecodeOptions& options = {});

/// Decodes. Takes its memory from `job`, at most plan.peak_bytes of it; what the codec needed is
/// back in `job` on return, the output's share travels in the picture.
/// Errors: Truncated and Corrupt (see DecodeOptions), Unsupported, BudgetExceeded when the file
/// turns out to need more than its header promised, Cancelled, DeadlineExceeded beyond limits.h,
/// Internal when `job` is too small.
Result<DecodedImage> decode(const EncodedImage& image, const ImageInfo& info,
                            const DecodePlan& plan, const DecodeOptions& options, Reservation& job);

}  // namespace albumen
