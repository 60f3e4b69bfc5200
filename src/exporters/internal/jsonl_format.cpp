// SPDX-License-Identifier: Apache-2.0
// The fields and their order are a promise: docs/formats/export.md.
#include <fmt/format.h>
#include <iterator>
#include <string_view>
#include <utility>

#include "exporters/internal/row_format.h"
#include "exporters/internal/text_format.h"
#include "files/face_id.h"
#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen::exporting {
namespace {

constexpr int kPixelDecimals = 1;
constexpr int kScoreDecimals = 4;
// 1e-7 degrees are about a centimetre.
constexpr int kDegreeDecimals = 7;
constexpr int kMetreDecimals = 1;

// `"name":` with a comma before all but the first field of an object.
void append_name(std::string& out, std::string_view name) {
  if (out.back() != '{') {
    out.push_back(',');
  }
  out.append("\"").append(name).append("\":");
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  append_json_string(out, text);
}

// An empty text is one that is not known.
void append_text_or_null(std::string& out, std::string_view name, std::string_view text) {
  append_name(out, name);
  if (text.empty()) {
    out.append("null");
  } else {
    append_json_string(out, text);
  }
}

void append_integer(std::string& out, std::string_view name, std::uint32_t value) {
  append_name(out, name);
  fmt::format_to(std::back_inserter(out), "{}", value);
}

void append_null(std::string& out, std::string_view name) {
  append_name(out, name);
  out.append("null");
}

void append_picture(std::string& out, const PictureRow& row) {
  append_text_or_null(out, "id", row.picture ? to_string(row.picture->id) : "");
  append_text_or_null(out, "sha256", row.file.sha256 ? to_string(*row.file.sha256) : "");
  if (!row.picture) {
    append_null(out, "width");
    append_null(out, "height");
    append_null(out, "orientation");
    return;
  }
  append_integer(out, "width", row.picture->size.width);
  append_integer(out, "height", row.picture->size.height);
  append_integer(out, "orientation", static_cast<std::uint32_t>(row.picture->orientation));
}

void append_metadata(std::string& out, const FileMetadata& metadata) {
  append_text_or_null(out, "taken_at", metadata.taken_at);
  append_name(out, "camera");
  if (metadata.camera_make.empty() && metadata.camera_model.empty()) {
    out.append("null");
  } else {
    out.push_back('{');
    append_text_or_null(out, "make", metadata.camera_make);
    append_text_or_null(out, "model", metadata.camera_model);
    out.push_back('}');
  }
  append_name(out, "gps");
  if (!metadata.gps) {
    out.append("null");
    return;
  }
  out.push_back('{');
  append_name(out, "latitude");
  append_fixed(out, metadata.gps->latitude, kDegreeDecimals);
  append_name(out, "longitude");
  append_fixed(out, metadata.gps->longitude, kDegreeDecimals);
  append_name(out, "altitude");
  if (metadata.gps->altitude) {
    append_fixed(out, *metadata.gps->altitude, kMetreDecimals);
  } else {
    out.append("null");
  }
  out.push_back('}');
}

void append_face(std::string& out, const FaceKey& key, const FaceRow& face) {
  out.push_back('{');
  append_text(out, "id", to_string(key));
  append_name(out, "box");
  const Rect& box = face.where.box;
  char separator = '[';
  for (const float number : {box.x, box.y, box.width, box.height}) {
    out.push_back(std::exchange(separator, ','));
    append_fixed(out, double{number}, kPixelDecimals);
  }
  out.push_back(']');
  append_name(out, "score");
  append_fixed(out, double{face.where.score}, kScoreDecimals);
  append_name(out, "landmarks");
  separator = '[';
  for (const Point& point : face.where.landmarks) {
    out.push_back(std::exchange(separator, ','));
    out.push_back('[');
    append_fixed(out, double{point.x}, kPixelDecimals);
    out.push_back(',');
    append_fixed(out, double{point.y}, kPixelDecimals);
    out.push_back(']');
  }
  out.push_back(']');
  append_text_or_null(out, "person", face.person);
  append_text_or_null(out, "person_name", face.person_name);
  out.push_back('}');
}

void append_faces(std::string& out, const PictureRow& row) {
  append_name(out, "faces");
  if (!row.faces || !row.picture) {
    out.append("null");
    return;
  }
  out.push_back('[');
  for (std::uint32_t index = 0; index < row.faces->size(); ++index) {
    if (index > 0) {
      out.push_back(',');
    }
    append_face(out, {.picture = row.picture->id, .index = index}, row.faces->at(index));
  }
  out.push_back(']');
}

void append_failures(std::string& out, const std::vector<Failure>& failures) {
  append_name(out, "failures");
  out.push_back('[');
  for (std::size_t index = 0; index < failures.size(); ++index) {
    const Failure& failure = failures.at(index);
    out.append(index > 0 ? ",{" : "{");
    append_text(out, "stage", failure.stage);
    append_text(out, "code", describe(failure.code).name);
    append_text(out, "reason", failure.reason);
    out.push_back('}');
  }
  out.push_back(']');
}

void append_complete(std::string& out, const PictureRow& row) {
  append_name(out, "complete");
  if (row.picture) {
    append_share(out, double{row.picture->complete});
  } else {
    out.append("null");
  }
}

}  // namespace

LineCount append_jsonl(std::string& out, const PictureRow& row) {
  out.push_back('{');
  append_text(out, "path", path_to_text(row.file.path));
  append_text_or_null(out, "member", path_to_text(row.file.member));
  append_picture(out, row);
  append_metadata(out, row.file.metadata);
  append_text_or_null(out, "phash", row.hashes ? hash_text(row.hashes->phash.front()) : "");
  append_faces(out, row);
  append_failures(out, row.failures);
  append_complete(out, row);
  out.append("}\n");
  return 1;
}

}  // namespace albumen::exporting
