// SPDX-License-Identifier: Apache-2.0
#include "decode/raw/raw_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "decode/internal/format.h"
#include "decode/metadata/exif.h"
#include "decode/metadata/exif_block.h"
#include "decode/metadata/tiff_block.h"

namespace albumen {
namespace {

using std::string_view_literals::operator""sv;
using Tag = TiffTag;

// Real files have up to a dozen, and up to five of them below one.
constexpr std::size_t kMaxDirectories = 32;
constexpr std::size_t kMaxSubDirectories = 8;

// A frame header lies behind EXIF and a profile, each segment below 64 KiB.
constexpr std::size_t kMaxJpegHeaderBytes = std::size_t{256} * 1024;

constexpr std::string_view kRafMagic = "FUJIFILMCCD-RAW ";

// The chain of directories and those below each, every one once.
std::vector<std::uint32_t> directories_of(const TiffBlock& tiff) {
  std::vector<std::uint32_t> found;
  const auto add = [&](std::optional<std::uint32_t> offset) {
    if (offset && *offset != 0 && found.size() < kMaxDirectories &&
        std::ranges::find(found, *offset) == found.end()) {
      found.push_back(*offset);
    }
  };
  bool damaged = false;
  add(tiff.first_directory());
  for (std::size_t index = 0; index < found.size(); ++index) {
    const std::uint32_t offset = found[index];
    const TiffDirectory directory{tiff, offset, damaged};
    for (std::size_t below = 0; below < kMaxSubDirectories; ++below) {
      add(directory.integer(Tag::kSubDirectories, below));
    }
    add(tiff.next_directory(offset));
  }
  return found;
}

// Values of a mosaic or of linear samples (DNG 1.6), or in Nikon's or Sony's own compression.
bool is_of_a_sensor(const TiffDirectory& directory) {
  constexpr std::uint32_t kColourFilterArray = 32803;
  constexpr std::uint32_t kLinearRaw = 34892;
  constexpr std::uint32_t kNikonCompressed = 34713;
  constexpr std::uint32_t kSonyCompressed = 32767;
  const auto photometric = directory.integer(Tag::kPhotometric);
  const auto compression = directory.integer(Tag::kCompression);
  return photometric == kColourFilterArray || photometric == kLinearRaw ||
         compression == kNikonCompressed || compression == kSonyCompressed;
}

// A TIFF that names a make, and a DNG version or a sensor's values: an ordinary TIFF may carry the
// EXIF of the camera that took its picture.
bool is_camera_tiff(const TiffBlock& tiff) {
  bool damaged = false;
  const TiffDirectory main{tiff, tiff.first_directory(), damaged};
  if (!main.find(Tag::kMake)) {
    return false;
  }
  return main.find(Tag::kDngVersion) || std::ranges::any_of(directories_of(tiff), [&](auto offset) {
           return is_of_a_sensor(TiffDirectory{tiff, offset, damaged});
         });
}

/// The best JPEG of those that were offered.
class Candidates {
 public:
  explicit Candidates(ByteSpan file) : file_(file) {}

  /// Counted from `base`.
  void offer(std::size_t base, std::optional<std::uint32_t> offset,
             std::optional<std::uint32_t> size) {
    if (!offset || size.value_or(0) == 0) {
      return;
    }
    const std::size_t at = base + *offset;
    if (at > file_.size() || *size > file_.size() - at) {
      reaches_past_the_end_ = true;
      return;
    }
    offer(file_.subspan(at, *size));
  }

  /// `jpeg` is a part of the file.
  void offer(ByteSpan jpeg) {
    if (!starts_with(jpeg, "\xFF\xD8\xFF"sv)) {
      return;
    }
    constexpr int kMostComponents = 3;  // no camera writes inks
    const auto info = probe_jpeg(slice(jpeg, 0, kMaxJpegHeaderBytes));
    if (!info || info->channels > kMostComponents || !check_size(info->stored_size)) {
      return;  // often lossless: the sensor's values
    }
    if (!best_ || info->stored_size.pixels() > best_->info.stored_size.pixels()) {
      best_ = EmbeddedJpeg{.offset = static_cast<std::size_t>(jpeg.data() - file_.data()),
                           .bytes = jpeg,
                           .info = *info};
    }
  }

  [[nodiscard]] Result<EmbeddedJpeg> best() const {
    if (best_) {
      return *best_;
    }
    if (reaches_past_the_end_) {
      return fail(ErrorCode::kTruncated, "the RAW ends before its embedded JPEG");
    }
    return fail(ErrorCode::kUnsupported, "the RAW has no embedded JPEG that can be decoded");
  }

  [[nodiscard]] ByteSpan file() const { return file_; }

 private:
  ByteSpan file_;
  std::optional<EmbeddedJpeg> best_;
  bool reaches_past_the_end_ = false;
};

void offer_directory(Candidates& candidates, const TiffDirectory& directory) {
  candidates.offer(0, directory.integer(Tag::kJpegOffset), directory.integer(Tag::kJpegBytes));
  if (const auto jpeg = directory.find(Tag::kPanasonicJpeg);
      jpeg && jpeg->type == TiffType::kUndefined) {
    candidates.offer(jpeg->bytes);
  }
  // Of several strips each would be a JPEG of its own, and no picture.
  constexpr std::uint32_t kOldJpeg = 6;
  constexpr std::uint32_t kJpeg = 7;
  const auto compression = directory.integer(Tag::kCompression);
  const bool is_one_strip = !directory.integer(Tag::kStripOffsets, 1);
  if ((compression == kOldJpeg || compression == kJpeg) && is_one_strip) {
    candidates.offer(0, directory.integer(Tag::kStripOffsets),
                     directory.integer(Tag::kStripByteCounts));
  }
}

// Nikon's notes are a TIFF of their own behind name and version, with a directory for the preview.
void offer_of_nikon(Candidates& candidates, std::size_t note) {
  constexpr std::size_t kNameAndVersionBytes = 10;
  const std::size_t base = note + kNameAndVersionBytes;
  const auto tiff = TiffBlock::open(slice(candidates.file(), base, candidates.file().size()));
  if (!tiff) {
    return;
  }
  bool damaged = false;
  const TiffDirectory main{*tiff, tiff->first_directory(), damaged};
  const TiffDirectory preview{*tiff, main.integer(Tag::kNikonPreviewDirectory), damaged};
  candidates.offer(base, preview.integer(Tag::kJpegOffset), preview.integer(Tag::kJpegBytes));
}

// Offsets of Olympus count from the beginning of the notes; their directory stands behind a name,
// the byte order and two bytes of version.
void offer_of_olympus(Candidates& candidates, std::size_t note, std::size_t name_bytes) {
  constexpr std::size_t kOrderAndVersionBytes = 4;
  const ByteSpan bytes = slice(candidates.file(), note, candidates.file().size());
  const bool big = starts_with(slice(bytes, name_bytes, 2), "MM");
  const TiffBlock tiff{bytes, big ? ByteOrder::kBigEndian : ByteOrder::kLittleEndian};
  bool damaged = false;
  const TiffDirectory main{tiff, static_cast<std::uint32_t>(name_bytes + kOrderAndVersionBytes),
                           damaged};
  const TiffDirectory settings{tiff, main.integer(Tag::kOlympusCameraSettings), damaged};
  candidates.offer(note, settings.integer(Tag::kOlympusPreviewOffset),
                   settings.integer(Tag::kOlympusPreviewBytes));
}

void offer_of_maker(Candidates& candidates, const TiffBlock& tiff) {
  bool damaged = false;
  const TiffDirectory main{tiff, tiff.first_directory(), damaged};
  const TiffDirectory exif{tiff, main.integer(Tag::kExifDirectory), damaged};
  const auto note = exif.find(Tag::kMakerNote);
  if (!note) {
    return;
  }
  constexpr std::array kOlympusNames{"OLYMPUS\0"sv, "OM SYSTEM\0\0\0"sv};
  const auto at = static_cast<std::size_t>(note->bytes.data() - candidates.file().data());
  if (starts_with(note->bytes, "Nikon\0"sv)) {
    offer_of_nikon(candidates, at);
  }
  for (const std::string_view name : kOlympusNames) {
    if (starts_with(note->bytes, name)) {
      offer_of_olympus(candidates, at, name.size());
    }
  }
}

Orientation orientation_of(ByteSpan file, ByteSpan jpeg) {
  const auto inner = TiffBlock::open(find_exif_block(ContentType::kJpeg, jpeg));
  if (const auto stated = inner ? stated_orientation(*inner) : std::nullopt) {
    return *stated;
  }
  const auto outer = TiffBlock::open_raw(file);
  return outer ? stated_orientation(*outer).value_or(Orientation::kUpright) : Orientation::kUpright;
}

}  // namespace

ContentType raw_or_sniffed(ByteSpan file) {
  const ContentType type = sniff(slice(file, 0, kSniffBytes));
  if (type != ContentType::kTiff) {
    return type;
  }
  const auto tiff = TiffBlock::open(file);
  return tiff && is_camera_tiff(*tiff) ? ContentType::kRaw : type;
}

Result<EmbeddedJpeg> find_embedded_jpeg(ByteSpan file) {
  if (starts_with(slice(file, 4, 8), "ftypcrx "sv)) {
    return fail(ErrorCode::kUnsupported, "RAW of the kind CR3 is not decoded");
  }
  Candidates candidates{file};
  if (starts_with(file, kRafMagic)) {
    constexpr std::size_t kJpegOffsetAt = 84;
    constexpr std::size_t kJpegBytesAt = 88;
    candidates.offer(0, read_number(file, kJpegOffsetAt, 4, ByteOrder::kBigEndian),
                     read_number(file, kJpegBytesAt, 4, ByteOrder::kBigEndian));
  } else if (const auto tiff = TiffBlock::open_raw(file)) {
    bool damaged = false;
    for (const std::uint32_t offset : directories_of(*tiff)) {
      offer_directory(candidates, TiffDirectory{*tiff, offset, damaged});
    }
    offer_of_maker(candidates, *tiff);
  }
  return candidates.best();
}

Metadata raw_metadata(ByteSpan file) {
  const auto jpeg = find_embedded_jpeg(file);
  const auto tiff = TiffBlock::open_raw(file);
  Metadata metadata;
  if (tiff) {
    metadata = metadata_of(*tiff);
  } else if (jpeg) {
    metadata = parse_exif(find_exif_block(ContentType::kJpeg, jpeg->bytes));
  }
  if (jpeg) {
    metadata.orientation = orientation_of(file, jpeg->bytes);
  }
  return metadata;
}

Result<ImageInfo> probe_raw(ByteSpan bytes) {
  const EmbeddedJpeg jpeg = TRY(find_embedded_jpeg(bytes));
  ImageInfo info = jpeg.info;
  info.orientation = orientation_of(bytes, jpeg.bytes);
  info.embedded = {.offset = jpeg.offset, .size = jpeg.bytes.size()};
  return info;
}

Result<DecodedImage> decode_raw(const DecodeRequest& request, Reservation& job) {
  const auto [offset, size] = request.info.embedded;
  return decode_jpeg({.bytes = slice(request.bytes, offset, size),
                      .info = request.info,
                      .plan = request.plan,
                      .options = request.options,
                      .watch = request.watch},
                     job);
}

}  // namespace albumen
