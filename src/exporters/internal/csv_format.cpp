// SPDX-License-Identifier: Apache-2.0
// The columns and their order are a promise: docs/formats/export.md. Lines end in CR LF, as
// RFC 4180 has it.
#include <set>
#include <string_view>

#include "exporters/internal/row_format.h"
#include "exporters/internal/text_format.h"
#include "files/face_id.h"
#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen::exporting {
namespace {

constexpr int kPixelDecimals = 1;
constexpr int kScoreDecimals = 4;
constexpr int kDegreeDecimals = 7;
constexpr int kMetreDecimals = 1;
constexpr int kMeasureDecimals = 2;

// Builds one line, field by field.
class Line {
 public:
  explicit Line(std::string& out) : out_(out) {}

  Line& text(std::string_view value) {
    separate();
    append_csv_field(out_, value);
    return *this;
  }

  Line& number(double value, int decimals) {
    separate();
    append_fixed(out_, value, decimals);
    return *this;
  }

  Line& share(double value) {
    separate();
    append_share(out_, value);
    return *this;
  }

  Line& integer(std::size_t value) { return text(std::to_string(value)); }

  /// Fields without a value.
  Line& nothing(int count) {
    for (int index = 0; index < count; ++index) {
      separate();
    }
    return *this;
  }

  void end() { out_.append("\r\n"); }

 private:
  void separate() {
    if (!first_) {
      out_.push_back(',');
    }
    first_ = false;
  }

  std::string& out_;  // outlives the line
  bool first_ = true;
};

void add_picture(Line& line, const PictureRow& row) {
  line.text(row.picture ? to_string(row.picture->id) : "")
      .text(row.file.sha256 ? to_string(*row.file.sha256) : "");
  if (!row.picture) {
    line.nothing(3);
    return;
  }
  line.integer(row.picture->size.width)
      .integer(row.picture->size.height)
      .integer(static_cast<std::size_t>(row.picture->orientation));
}

void add_metadata(Line& line, const FileMetadata& metadata) {
  line.text(metadata.taken_at).text(metadata.camera_make).text(metadata.camera_model);
  if (!metadata.gps) {
    line.nothing(3);
    return;
  }
  line.number(metadata.gps->latitude, kDegreeDecimals)
      .number(metadata.gps->longitude, kDegreeDecimals);
  if (metadata.gps->altitude) {
    line.number(*metadata.gps->altitude, kMetreDecimals);
  } else {
    line.nothing(1);
  }
}

void add_measures(Line& line, const PictureRow& row) {
  line.text(row.hashes ? hash_text(row.hashes->phash.front()) : "");
  if (!row.quality) {
    line.nothing(3);
    return;
  }
  line.number(double{row.quality->sharpness}, kMeasureDecimals)
      .number(double{row.quality->brightness}, kMeasureDecimals)
      .number(double{row.quality->contrast}, kMeasureDecimals);
}

// Distinct people by name, or by id where nobody has named them, in the order of bytes.
std::string people_of(const std::vector<FaceRow>& faces) {
  std::set<std::string_view> people;
  for (const FaceRow& face : faces) {
    if (!face.person.empty()) {
      people.insert(face.person_name.empty() ? face.person : face.person_name);
    }
  }
  std::string joined;
  for (const std::string_view person : people) {
    joined.append(joined.empty() ? "" : "; ").append(person);
  }
  return joined;
}

void add_faces(Line& line, const PictureRow& row) {
  if (row.faces) {
    line.integer(row.faces->size()).text(people_of(*row.faces));
  } else {
    line.nothing(2);
  }
}

std::string failures_of(const PictureRow& row) {
  std::string joined;
  for (const Failure& failure : row.failures) {
    joined.append(joined.empty() ? "" : "; ").append(failure.stage).append(": ");
    joined.append(describe(failure.code).name).append(": ").append(failure.reason);
  }
  return joined;
}

}  // namespace

void append_csv_header(std::string& out) {
  out.append(
      "path,member,id,sha256,width,height,orientation,taken_at,camera_make,camera_model,latitude,"
      "longitude,altitude,phash,sharpness,brightness,contrast,faces,people,failures,"
      "complete\r\n");
}

LineCount append_csv(std::string& out, const PictureRow& row) {
  Line line{out};
  line.text(path_to_text(row.file.path)).text(path_to_text(row.file.member));
  add_picture(line, row);
  add_metadata(line, row.file.metadata);
  add_measures(line, row);
  add_faces(line, row);
  line.text(failures_of(row));
  if (row.picture) {
    line.share(double{row.picture->complete}).end();
  } else {
    line.nothing(1).end();
  }
  return 1;
}

void append_people_csv_header(std::string& out) {
  out.append("person,person_name,face,path,member,x,y,width,height,score\r\n");
}

LineCount append_people_csv(std::string& out, const PictureRow& row) {
  if (!row.faces || !row.picture) {
    return 0;
  }
  LineCount lines = 0;
  for (std::uint32_t index = 0; index < row.faces->size(); ++index) {
    const FaceRow& face = row.faces->at(index);
    if (face.person.empty()) {
      continue;
    }
    const FaceKey key{.picture = row.picture->id, .index = index};
    const Rect& box = face.where.box;
    Line line{out};
    line.text(face.person).text(face.person_name).text(to_string(key));
    line.text(path_to_text(row.file.path)).text(path_to_text(row.file.member));
    for (const float number : {box.x, box.y, box.width, box.height}) {
      line.number(double{number}, kPixelDecimals);
    }
    line.number(double{face.where.score}, kScoreDecimals).end();
    ++lines;
  }
  return lines;
}

}  // namespace albumen::exporting
