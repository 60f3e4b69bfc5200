// SPDX-License-Identifier: Apache-2.0
// One row per file with all that is known of its picture, in canonical order.
#include <fmt/core.h>
#include <limits>

#include "files/path_text.h"
#include "library/internal/codec.h"
#include "library/internal/readers.h"

namespace albumen::store {
namespace {

// The order is that of the index behind UNIQUE (path, member), so nothing is sorted.
// An analyzer key of 0 is nobody's.
constexpr std::string_view kSelectFiles =
    "SELECT f.file_key, f.path, f.member, f.size, f.mtime_ns, f.ctime_ns, f.inode, "
    "f.content_type, f.sha256, f.taken_at, f.camera_make, f.camera_model, f.latitude, "
    "f.longitude, f.altitude, f.missing, f.picture_key, "
    "p.id, p.format, p.width, p.height, p.stored_width, p.stored_height, p.orientation, "
    "p.complete, h.phash, h.dhash, h.flat, q.sharpness, q.brightness, q.contrast, "
    "q.clipped_dark, q.clipped_bright, d.picture_key "
    "FROM files AS f LEFT JOIN pictures AS p ON p.picture_key = f.picture_key "
    "LEFT JOIN hashes AS h ON h.picture_key = f.picture_key AND h.analyzer_key = ?1 "
    "LEFT JOIN quality AS q ON q.picture_key = f.picture_key AND q.analyzer_key = ?2 "
    "LEFT JOIN findings_done AS d ON d.picture_key = f.picture_key AND d.analyzer_key = ?3 "
    "WHERE (f.missing = 0 OR ?4) AND (f.picture_key IS NOT NULL "
    "OR EXISTS (SELECT 1 FROM failures WHERE failures.file_key = f.file_key)) "
    "ORDER BY f.path, f.member";

enum FileColumn : int {
  kFileKey,
  kPath,
  kMember,
  kFileSize,
  kMtime,
  kCtime,
  kInode,
  kContentType,
  kSha256,
  kTakenAt,
  kCameraMake,
  kCameraModel,
  kLatitude,
  kLongitude,
  kAltitude,
  kMissing,
  kPictureKey,
  kPictureId,
  kFormat,
  kWidth,
  kHeight,
  kStoredWidth,
  kStoredHeight,
  kOrientation,
  kComplete,
  kPhash,
  kDhash,
  kFlat,
  kSharpness,
  kBrightness,
  kContrast,
  kClippedDark,
  kClippedBright,
  kFacesDone,
};

constexpr std::string_view kSelectFacesOfPicture =
    "SELECT x, y, width, height, score, landmarks, chip_pixels, face_index, people.id, people.name "
    "FROM faces LEFT JOIN person_faces USING (picture_key, analyzer_key, face_index) "
    "LEFT JOIN people USING (person_key) "
    "WHERE faces.picture_key = ? AND faces.analyzer_key = ? ORDER BY face_index";

constexpr std::string_view kSelectFailuresOfFile =
    "SELECT stage, code, reason, retry, analyzer_key, name, version, model_digest, parameters "
    "FROM failures LEFT JOIN analyzers USING (analyzer_key) WHERE file_key = ? ORDER BY stage";

ContentType content_type(Cursor& cursor, int column) {
  const auto type = parse_content_type(cursor.text(column));
  if (!type) {
    cursor.damaged(column, "an unknown word");
  }
  return type.value_or(ContentType::kUnknown);
}

float real32(Cursor& cursor, int column) { return static_cast<float>(cursor.real(column)); }

std::uint32_t side(Cursor& cursor, int column) {
  return static_cast<std::uint32_t>(
      cursor.integer_in(column, 0, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<GpsPosition> read_gps(Cursor& cursor) {
  if (cursor.is_null(kLatitude) || cursor.is_null(kLongitude)) {
    return std::nullopt;
  }
  GpsPosition gps{.latitude = cursor.real(kLatitude),
                  .longitude = cursor.real(kLongitude),
                  .altitude = std::nullopt};
  if (!cursor.is_null(kAltitude)) {
    gps.altitude = cursor.real(kAltitude);
  }
  return gps;
}

FileRecord read_file(Cursor& cursor) {
  FileRecord file{.path = std::string{cursor.text(kPath)},
                  .member = std::string{cursor.text(kMember)},
                  .stamp = {.size_bytes = from_stored(cursor.integer(kFileSize)),
                            .mtime_ns = cursor.integer(kMtime),
                            .ctime_ns = cursor.integer(kCtime),
                            .inode = from_stored(cursor.integer(kInode))},
                  .content_type = content_type(cursor, kContentType),
                  .sha256 = std::nullopt,
                  .metadata = {.taken_at = std::string{cursor.text_or_empty(kTakenAt)},
                               .camera_make = std::string{cursor.text_or_empty(kCameraMake)},
                               .camera_model = std::string{cursor.text_or_empty(kCameraModel)},
                               .gps = read_gps(cursor)}};
  if (!cursor.is_null(kSha256)) {
    file.sha256 = cursor.digest(kSha256);
  }
  return file;
}

PictureRecord read_picture(Cursor& cursor) {
  return {
      .id = cursor.digest(kPictureId),
      .format = content_type(cursor, kFormat),
      .size = {.width = side(cursor, kWidth), .height = side(cursor, kHeight)},
      .stored_size = {.width = side(cursor, kStoredWidth), .height = side(cursor, kStoredHeight)},
      .orientation = static_cast<Orientation>(cursor.integer_in(kOrientation, 1, 8)),
      .complete = real32(cursor, kComplete)};
}

Hashes read_hashes(Cursor& cursor) {
  return {.phash = decode_hashes(cursor.blob_of(kPhash, kHashBlobBytes)),
          .dhash = decode_hashes(cursor.blob_of(kDhash, kHashBlobBytes)),
          .flat = cursor.integer_in(kFlat, 0, 1) == 1};
}

Quality read_quality(Cursor& cursor) {
  return {.sharpness = real32(cursor, kSharpness),
          .brightness = real32(cursor, kBrightness),
          .contrast = real32(cursor, kContrast),
          .clipped_dark = real32(cursor, kClippedDark),
          .clipped_bright = real32(cursor, kClippedBright)};
}

Result<std::vector<FaceRow>> read_faces(Connection& connection, std::int64_t picture_key,
                                        std::int64_t analyzer_key) {
  auto* statement = TRY(connection.prepare(kSelectFacesOfPicture));
  auto cursor = TRY(statement->query(picture_key, analyzer_key));
  std::vector<FaceRow> faces;
  while (TRY(cursor.next())) {
    FaceRow face;
    face.where.box = {.x = real32(cursor, 0),
                      .y = real32(cursor, 1),
                      .width = real32(cursor, 2),
                      .height = real32(cursor, 3)};
    face.where.score = real32(cursor, 4);
    const auto landmarks = decode_landmarks(cursor.blob(5));
    if (!landmarks) {
      cursor.damaged(5, "no five finite points");
    }
    face.where.landmarks = landmarks.value_or(Landmarks{});
    face.chip_pixels = real32(cursor, 6);
    // The index is the place in the list, which exports and people rely on.
    const auto expected = static_cast<std::int64_t>(faces.size());
    cursor.integer_in(7, expected, expected);
    face.person = cursor.text_or_empty(8);
    face.person_name = cursor.text_or_empty(9);
    TRY(cursor.check());
    faces.push_back(std::move(face));
  }
  return faces;
}

Failure read_failure(Cursor& cursor) {
  const auto code = parse_error_code(cursor.text(1));
  const auto retry = parse_retry(cursor.text(3));
  if (!code || !retry) {
    cursor.damaged(code ? 3 : 1, "an unknown word");
  }
  Failure failure{.stage = std::string{cursor.text(0)},
                  .analyzer = std::nullopt,
                  .code = code.value_or(ErrorCode::kInternal),
                  .reason = std::string{cursor.text(2)},
                  .retry = retry.value_or(RetryPolicy::kWhenInputChanges)};
  if (!cursor.is_null(4)) {
    failure.analyzer = AnalyzerId{.name = std::string{cursor.text(5)},
                                  .version = std::string{cursor.text(6)},
                                  .model_digest = std::string{cursor.text(7)},
                                  .parameters = std::string{cursor.text(8)}};
  }
  return failure;
}

Result<std::vector<Failure>> read_failures(Connection& connection, std::int64_t file_key) {
  auto* statement = TRY(connection.prepare(kSelectFailuresOfFile));
  auto cursor = TRY(statement->query(file_key));
  std::vector<Failure> failures;
  while (TRY(cursor.next())) {
    failures.push_back(read_failure(cursor));
    TRY(cursor.check());
  }
  return failures;
}

PictureRow read_row(Cursor& cursor) {
  PictureRow row;
  row.file = read_file(cursor);
  row.missing = cursor.integer_in(kMissing, 0, 1) == 1;
  if (cursor.is_null(kPictureKey)) {
    return row;
  }
  row.picture = read_picture(cursor);
  if (!cursor.is_null(kPhash)) {
    row.hashes = read_hashes(cursor);
  }
  if (!cursor.is_null(kSharpness)) {
    row.quality = read_quality(cursor);
  }
  return row;
}

}  // namespace

Result<void> for_each_picture(Connection& connection, const PictureQuery& query,
                              const RowCallback<PictureRow>& callback) {
  const std::int64_t hashes = TRY(current_analyzer(connection, "hashes")).value_or(0);
  const std::int64_t quality = TRY(current_analyzer(connection, "quality")).value_or(0);
  const std::int64_t faces = TRY(current_analyzer(connection, "faces")).value_or(0);
  auto* statement = TRY(connection.prepare(kSelectFiles));
  auto cursor =
      TRY(statement->query(hashes, quality, faces, std::int64_t{query.include_missing ? 1 : 0}));
  while (TRY(cursor.next())) {
    PictureRow row = read_row(cursor);
    const bool faces_done = !cursor.is_null(kFacesDone);
    const std::int64_t picture_key = faces_done ? cursor.integer(kPictureKey) : 0;
    const std::int64_t file_key = cursor.integer(kFileKey);
    TRY_CONTEXT(cursor.check(), "the row of " + path_to_text(row.file.path));
    if (faces_done) {
      row.faces = TRY_CONTEXT(read_faces(connection, picture_key, faces),
                              "the faces of " + path_to_text(row.file.path));
    }
    row.failures = TRY_CONTEXT(read_failures(connection, file_key),
                               "the failures of " + path_to_text(row.file.path));
    TRY(callback(row));
  }
  return {};
}

}  // namespace albumen::store
