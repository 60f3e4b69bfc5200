// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_note.h"

#include <fmt/core.h>

#include "core/content_type.h"
#include "dataset/manifest.h"

namespace albumen {
namespace {

// What was left behind, where a file had more than one picture; a copy has them all.
std::string note_on_frames(const ImageInfo& info) {
  switch (info.type) {
    case ContentType::kTiff:
      return "first of several pages";
    case ContentType::kHeif:
    case ContentType::kAvif:
      return "one of several pictures";
    default:
      return "first frame of an animation";
  }
}

}  // namespace

std::string note_on(const ImageInfo& info, bool copied) {
  if (info.has_more_frames) {
    return copied ? std::string{} : note_on_frames(info);
  }
  if (info.type == ContentType::kRaw && info.embedded.size == 0) {
    return "developed from what the sensor saw";
  }
  return info.embedded.size == 0
             ? std::string{}
             : fmt::format("embedded JPEG of {}x{}", info.size().width, info.size().height);
}

std::string note_on(const ImageInfo& info, const WrittenOutput& written) {
  std::string note = note_on(info, written.copied);
  if (written.complete < 1) {
    note += fmt::format("{}{}", note.empty() ? "" : "; ", damage_note(written.complete));
  }
  return note;
}

}  // namespace albumen
