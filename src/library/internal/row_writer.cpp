// SPDX-License-Identifier: Apache-2.0
#include "library/internal/row_writer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "library/internal/codec.h"

namespace albumen::store {
namespace {

constexpr std::string_view kFindAnalyzer =
    "SELECT analyzer_key, kind FROM analyzers "
    "WHERE name = ? AND version = ? AND model_digest = ? AND parameters = ?";
constexpr std::string_view kInsertAnalyzer =
    "INSERT INTO analyzers (name, version, model_digest, parameters) VALUES (?, ?, ?, ?) "
    "RETURNING analyzer_key";
constexpr std::string_view kSetKind = "UPDATE analyzers SET kind = ? WHERE analyzer_key = ?";

constexpr std::string_view kUpsertPicture =
    "INSERT INTO pictures (id, format, width, height, stored_width, stored_height, orientation, "
    "complete) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (id) DO UPDATE SET format = excluded.format, width = excluded.width, "
    "height = excluded.height, stored_width = excluded.stored_width, "
    "stored_height = excluded.stored_height, orientation = excluded.orientation, "
    "complete = excluded.complete RETURNING picture_key";

constexpr std::string_view kUpsertFile =
    "INSERT INTO files (path, member, size, mtime_ns, ctime_ns, inode, content_type, sha256, "
    "picture_key, taken_at, camera_make, camera_model, latitude, longitude, altitude, run) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (path, member) DO UPDATE SET size = excluded.size, "
    "mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, inode = excluded.inode, "
    "content_type = excluded.content_type, sha256 = excluded.sha256, "
    "picture_key = excluded.picture_key, taken_at = excluded.taken_at, "
    "camera_make = excluded.camera_make, camera_model = excluded.camera_model, "
    "latitude = excluded.latitude, longitude = excluded.longitude, altitude = excluded.altitude, "
    "missing = 0, run = excluded.run RETURNING file_key";

constexpr std::string_view kDeleteFailures = "DELETE FROM failures WHERE file_key = ?";
constexpr std::string_view kInsertFailure =
    "INSERT OR REPLACE INTO failures (file_key, stage, analyzer_key, code, reason, retry, run) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kInsertDone =
    "INSERT OR REPLACE INTO findings_done (picture_key, analyzer_key, run) VALUES (?, ?, ?)";
constexpr std::string_view kInsertHashes =
    "INSERT OR REPLACE INTO hashes (picture_key, analyzer_key, phash, dhash, flat) "
    "VALUES (?, ?, ?, ?, ?)";
constexpr std::string_view kInsertQuality =
    "INSERT OR REPLACE INTO quality (picture_key, analyzer_key, sharpness, brightness, contrast, "
    "clipped_dark, clipped_bright) VALUES (?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kDeleteFaces =
    "DELETE FROM faces WHERE picture_key = ? AND analyzer_key = ?";
constexpr std::string_view kInsertFace =
    "INSERT INTO faces (picture_key, analyzer_key, face_index, x, y, width, height, score, "
    "landmarks, chip_pixels, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr std::array kAll{kFindAnalyzer, kInsertAnalyzer, kSetKind,       kUpsertPicture,
                          kUpsertFile,   kDeleteFailures, kInsertFailure, kInsertDone,
                          kInsertHashes, kInsertQuality,  kDeleteFaces,   kInsertFace};

// The largest finite half.
constexpr float kLargestHalf = 65504.0F;

bool is_finite(const Hashes& /*hashes*/) { return true; }

bool is_finite(const Quality& quality) {
  return std::isfinite(quality.sharpness) && std::isfinite(quality.brightness) &&
         std::isfinite(quality.contrast) && std::isfinite(quality.clipped_dark) &&
         std::isfinite(quality.clipped_bright);
}

bool is_finite(const Face& face) {
  const Rect& box = face.where.box;
  const std::array numbers{box.x, box.y, box.width, box.height, face.where.score, face.chip_pixels};
  return std::ranges::all_of(numbers, [](float number) { return std::isfinite(number); }) &&
         std::ranges::all_of(
             face.where.landmarks,
             [](Point point) { return std::isfinite(point.x) && std::isfinite(point.y); }) &&
         // Written so that NaN fails.
         std::ranges::all_of(face.vector,
                             [](float number) { return std::abs(number) <= kLargestHalf; });
}

bool is_finite(const Faces& faces) {
  return std::ranges::all_of(faces.faces, [](const Face& face) { return is_finite(face); });
}

bool is_on_earth(const GpsPosition& gps) {
  return std::abs(gps.latitude) <= 90 && std::abs(gps.longitude) <= 180;
}

std::optional<std::string_view> or_null(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string_view>{text};
}

}  // namespace

void make_storable(PictureResult& result) {
  auto& gps = result.file.metadata.gps;
  if (gps && !is_on_earth(*gps)) {
    gps.reset();
  } else if (gps && gps->altitude && !std::isfinite(*gps->altitude)) {
    gps->altitude.reset();
  }
  if (result.picture && !(result.picture->complete >= 0 && result.picture->complete <= 1)) {
    result.picture->complete = 0;
  }
  const auto bad = std::ranges::stable_partition(result.findings, [](const auto& finding) {
    return std::visit([](const auto& value) { return is_finite(value); }, finding.second);
  });
  for (const auto& [analyzer, finding] : bad) {
    result.failures.push_back({.stage = analyzer.name,
                               .analyzer = analyzer,
                               .code = ErrorCode::kInternal,
                               .reason = "the analyzer gave a number that is not finite",
                               .retry = RetryPolicy::kWhenInputChanges});
  }
  result.findings.erase(bad.begin(), bad.end());
}

Result<void> RowWriter::prepare() {
  for (const std::string_view sql : kAll) {
    TRY(connection_.prepare(sql));
  }
  return {};
}

Result<RowWriter::Analyzer*> RowWriter::analyzer(const AnalyzerId& id) {
  const auto known = analyzers_.find(id);
  if (known != analyzers_.end()) {
    return &known->second;
  }
  Analyzer analyzer;
  {
    auto* find = TRY(connection_.prepare(kFindAnalyzer));
    auto cursor =
        TRY(find->query(std::string_view{id.name}, std::string_view{id.version},
                        std::string_view{id.model_digest}, std::string_view{id.parameters}));
    if (TRY(cursor.next())) {
      analyzer = {.key = cursor.integer(0), .has_kind = !cursor.is_null(1)};
      TRY(cursor.check());
    }
  }
  if (analyzer.key == 0) {
    auto* insert = TRY(connection_.prepare(kInsertAnalyzer));
    analyzer.key =
        TRY(insert->integer(std::string_view{id.name}, std::string_view{id.version},
                            std::string_view{id.model_digest}, std::string_view{id.parameters}))
            .value_or(0);
  }
  return &analyzers_.emplace(id, analyzer).first->second;
}

Result<std::int64_t> RowWriter::analyzer_key(const AnalyzerId& analyzer_id) {
  return TRY(analyzer(analyzer_id))->key;
}

Result<std::int64_t> RowWriter::write_picture(const PictureRecord& picture) {
  auto* upsert = TRY(connection_.prepare(kUpsertPicture));
  const auto key = TRY(upsert->integer(
      picture.id, albumen::name_of(picture.format), std::int64_t{picture.size.width},
      std::int64_t{picture.size.height}, std::int64_t{picture.stored_size.width},
      std::int64_t{picture.stored_size.height}, static_cast<std::int64_t>(picture.orientation),
      double{picture.complete}));
  return key.value_or(0);
}

Result<std::int64_t> RowWriter::write_file(const PictureResult& result,
                                           std::optional<std::int64_t> picture_key) {
  const FileRecord& file = result.file;
  const FileMetadata& metadata = file.metadata;
  std::optional<double> latitude;
  std::optional<double> longitude;
  std::optional<double> altitude;
  if (metadata.gps) {
    latitude = metadata.gps->latitude;
    longitude = metadata.gps->longitude;
    altitude = metadata.gps->altitude;
  }
  auto* upsert = TRY(connection_.prepare(kUpsertFile));
  const auto key = TRY(
      upsert->integer(std::string_view{file.path}, std::string_view{file.member},
                      to_stored(file.stamp.size_bytes), file.stamp.mtime_ns, file.stamp.ctime_ns,
                      to_stored(file.stamp.inode), albumen::name_of(file.content_type), file.sha256,
                      picture_key, or_null(metadata.taken_at), or_null(metadata.camera_make),
                      or_null(metadata.camera_model), latitude, longitude, altitude, result.run));
  return key.value_or(0);
}

Result<void> RowWriter::write_failures(const PictureResult& result, std::int64_t file_key) {
  TRY(TRY(connection_.prepare(kDeleteFailures))->execute(file_key));
  for (const Failure& failure : result.failures) {
    std::optional<std::int64_t> key;
    if (failure.analyzer) {
      key = TRY(analyzer_key(*failure.analyzer));
    }
    auto* insert = TRY(connection_.prepare(kInsertFailure));
    TRY(insert->execute(file_key, std::string_view{failure.stage}, key, describe(failure.code).name,
                        std::string_view{failure.reason}, name_of(failure.retry), result.run));
  }
  return {};
}

Result<std::size_t> RowWriter::insert(const Target& target, const Hashes& hashes) {
  const HashBlob phash = encode_hashes(hashes.phash);
  const HashBlob dhash = encode_hashes(hashes.dhash);
  auto* insert = TRY(connection_.prepare(kInsertHashes));
  TRY(insert->execute(target.picture, target.analyzer, BlobView{phash}, BlobView{dhash},
                      std::int64_t{hashes.flat ? 1 : 0}));
  return 1;
}

Result<std::size_t> RowWriter::insert(const Target& target, const Quality& quality) {
  auto* insert = TRY(connection_.prepare(kInsertQuality));
  TRY(insert->execute(target.picture, target.analyzer, double{quality.sharpness},
                      double{quality.brightness}, double{quality.contrast},
                      double{quality.clipped_dark}, double{quality.clipped_bright}));
  return 1;
}

Result<std::size_t> RowWriter::insert(const Target& target, const Faces& faces) {
  TRY(TRY(connection_.prepare(kDeleteFaces))->execute(target.picture, target.analyzer));
  auto* insert = TRY(connection_.prepare(kInsertFace));
  std::int64_t index = 0;
  for (const Face& face : faces.faces) {
    const Rect& box = face.where.box;
    const LandmarkBlob landmarks = encode_landmarks(face.where.landmarks);
    std::optional<BlobView> vector;
    if (!face.vector.empty()) {
      encode_vector(face.vector, vector_bytes_);
      vector = BlobView{vector_bytes_};
    }
    TRY(insert->execute(target.picture, target.analyzer, index, double{box.x}, double{box.y},
                        double{box.width}, double{box.height}, double{face.where.score},
                        BlobView{landmarks}, double{face.chip_pixels}, vector));
    ++index;
  }
  return faces.faces.size();
}

Result<std::size_t> RowWriter::write_finding(const PictureResult& result, std::int64_t picture_key,
                                             const AnalyzerId& id, const Finding& finding) {
  Analyzer* const made_by = TRY(analyzer(id));
  if (!made_by->has_kind) {
    TRY(TRY(connection_.prepare(kSetKind))->execute(kind_of(finding), made_by->key));
    made_by->has_kind = true;
  }
  const Target target{.picture = picture_key, .analyzer = made_by->key};
  const auto count =
      TRY(std::visit([&](const auto& value) { return insert(target, value); }, finding));
  TRY(TRY(connection_.prepare(kInsertDone))->execute(target.picture, target.analyzer, result.run));
  return count + 1;
}

Result<std::size_t> RowWriter::write(const PictureResult& result) {
  std::optional<std::int64_t> picture_key;
  if (result.picture) {
    picture_key = TRY(write_picture(*result.picture));
  }
  const std::int64_t file_key = TRY(write_file(result, picture_key));
  TRY(write_failures(result, file_key));
  std::size_t rows = 2 + result.failures.size();
  if (!picture_key) {
    return rows;
  }
  for (const auto& [id, finding] : result.findings) {
    rows += TRY(write_finding(result, *picture_key, id, finding));
  }
  return rows;
}

}  // namespace albumen::store
