// SPDX-License-Identifier: Apache-2.0
// Segments of a JPEG: ITU-T T.81 annex B, table B.1; JFIF 1.02; Adobe technical note 5116.
#include <algorithm>
#include <array>
#include <cstring>

#include "encode/copy/copy_formats.h"
#include "entropy/markers.h"

namespace albumen {
namespace {

// Every scan may cost its reader a pass over the whole picture; decode/limits.h has the same.
constexpr int kMostScans = 120;
constexpr std::size_t kJfifBytes = 14;  // without the preview behind

std::unexpected<Error> ends_early() {
  return fail(ErrorCode::kTruncated, "the JPEG ends before its end marker");
}

class JpegCopy {
 public:
  JpegCopy(FileBytes file, ByteSink& sink) : file_(file), sink_(sink) {}

  Result<void> run() {
    if (file_.size() < 2 || big_endian(file_, 0, 2) != (0xFF00U | kJpegSoi)) {
      return fail(ErrorCode::kUnsupported, "no JPEG");
    }
    TRY(sink_.write(file_.first(2)));
    position_ = 2;
    while (!ended_) {
      TRY(copy_segment());
    }
    return {};
  }

 private:
  // Fill bytes in front belong to the segment. Stray bytes are not copied: what they are is
  // unknown.
  Result<void> copy_segment() {
    const std::size_t begin = position_;
    while (position_ < file_.size() && file_[position_] == std::byte{0xFF}) {
      ++position_;
    }
    if (position_ == file_.size()) {
      return ends_early();
    }
    const auto marker = std::to_integer<std::uint8_t>(file_[position_]);
    ++position_;
    if (position_ - begin < 2) {
      return fail(ErrorCode::kUnsupported, "stray bytes between JPEG segments");
    }
    if (marker == kJpegEoi) {
      ended_ = true;
      return scans_ > 0 ? sink_.write(file_.subspan(begin, position_ - begin))
                        : fail(ErrorCode::kCorrupt, "a JPEG without pixels");
    }
    const bool stands_alone = marker <= kJpegTem || (marker >= kJpegRst0 && marker <= kJpegSoi);
    const bool is_known = (marker >= kJpegSof0 && marker <= kJpegApp15) || marker == kJpegCom;
    if (stands_alone || !is_known) {
      return fail(ErrorCode::kUnsupported, "an unexpected JPEG marker");
    }
    return copy_parameters(marker, begin);
  }

  Result<void> copy_parameters(std::uint8_t marker, std::size_t begin) {
    if (file_.size() - position_ < 2) {
      return ends_early();
    }
    const std::size_t length = big_endian(file_, position_, 2);
    if (length < 2 || length > file_.size() - position_) {
      return length < 2 ? fail(ErrorCode::kCorrupt, "a JPEG segment shorter than its own length")
                        : ends_early();
    }
    const FileBytes payload = file_.subspan(position_ + 2, length - 2);
    position_ += length;
    if (marker == kJpegSos) {
      TRY(skip_entropy_data());
    }
    if (marker == kJpegApp0) {
      return copy_jfif(payload, file_.subspan(begin, position_ - begin));
    }
    // Up to EXP everything belongs to the picture.
    const bool belongs =
        marker <= kJpegExp || (marker == kJpegApp14 && begins_with(payload, "Adobe"));
    return belongs ? sink_.write(file_.subspan(begin, position_ - begin)) : Result<void>{};
  }

  // To the next marker that is no restart; codes escape 0xFF by a zero behind it.
  Result<void> skip_entropy_data() {
    if (++scans_ > kMostScans) {
      return fail(ErrorCode::kUnsupported, "a JPEG of too many scans");
    }
    while (true) {
      const void* const found =
          std::memchr(file_.data() + position_, 0xFF, file_.size() - position_);
      if (found == nullptr) {
        return ends_early();
      }
      position_ = static_cast<std::size_t>(static_cast<const std::byte*>(found) - file_.data());
      if (position_ + 1 == file_.size()) {
        return ends_early();
      }
      const auto code = std::to_integer<std::uint8_t>(file_[position_ + 1]);
      if (code == 0 || (code >= kJpegRst0 && code <= kJpegRst7)) {
        position_ += 2;
      } else if (code == 0xFF) {
        ++position_;  // fill
      } else {
        return {};
      }
    }
  }

  // The first one, without a preview; a second one, and JFXX, would be previews again.
  Result<void> copy_jfif(FileBytes payload, FileBytes segment) {
    constexpr std::string_view kName{"JFIF\0", 5};
    if (has_jfif_ || payload.size() < kJfifBytes || !begins_with(payload, kName)) {
      return {};
    }
    has_jfif_ = true;
    const bool has_preview = big_endian(payload, kJfifBytes - 2, 2) != 0;
    if (!has_preview && payload.size() == kJfifBytes) {
      return sink_.write(segment);
    }
    std::array<std::byte, 4 + kJfifBytes> plain{std::byte{0xFF}, std::byte{kJpegApp0}, std::byte{0},
                                                std::byte{kJfifBytes + 2}};
    std::ranges::copy(payload.first(kJfifBytes - 2), plain.begin() + 4);
    return sink_.write(plain);
  }

  FileBytes file_;
  ByteSink& sink_;  // outlives the copy
  std::size_t position_ = 0;
  int scans_ = 0;
  bool has_jfif_ = false;
  bool ended_ = false;
};

}  // namespace

Result<void> copy_jpeg_picture(FileBytes file, ByteSink& sink) {
  return JpegCopy{file, sink}.run();
}

}  // namespace albumen
