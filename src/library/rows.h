// SPDX-License-Identifier: Apache-2.0
// What goes into a library and comes out of it, as plain values. Metadata arrives here as fields:
// the library knows no decoder and no analyzer. Coordinates as in core/geometry.h.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/content_type.h"
#include "core/error.h"
#include "core/findings.h"
#include "core/geometry.h"
#include "core/identity.h"
#include "files/file.h"
#include "files/sha256.h"

namespace albumen {

struct GpsPosition {
  double latitude = 0;             ///< degrees, north positive, -90..90
  double longitude = 0;            ///< degrees, east positive, -180..180
  std::optional<double> altitude;  ///< metres above sea level

  friend bool operator==(const GpsPosition&, const GpsPosition&) = default;
};

/// What a file says about itself. It belongs to the file and not to the picture: two copies of one
/// picture may carry different metadata, and answers must not depend on which came first.
struct FileMetadata {
  std::string taken_at;  ///< ISO 8601, "2024-05-01T12:33:01", with offset where known; or empty
  std::string camera_make;
  std::string camera_model;
  std::optional<GpsPosition> gps;

  friend bool operator==(const FileMetadata&, const FileMetadata&) = default;
};

/// A file, or a member of an archive.
struct FileRecord {
  std::string path;    ///< bytes, absolute
  std::string member;  ///< bytes of the name inside the archive `path`; empty for a plain file
  FileStamp stamp;     ///< of the file, or of the archive
  ContentType content_type = ContentType::kUnknown;
  std::optional<Sha256Digest> sha256;  ///< of the file's or member's bytes, when they were read
  FileMetadata metadata;

  friend bool operator==(const FileRecord&, const FileRecord&) = default;
};

/// What is the same in every file that holds this picture: a function of `id` alone.
struct PictureRecord {
  PictureId id;
  ContentType format = ContentType::kUnknown;
  Size size;         ///< after orientation
  Size stored_size;  ///< before orientation
  Orientation orientation = Orientation::kUpright;
  float complete = 1.0F;  ///< share of the picture that was there, 0..1

  friend bool operator==(const PictureRecord&, const PictureRecord&) = default;
};

/// Why a file, or one analyzer on it, has no result.
struct Failure {
  std::string stage;  ///< "read", "decode", or the analyzer's name; one failure a stage
  /// Set when an analyzer failed on a picture that was decoded: another analyzer id tries again.
  std::optional<AnalyzerId> analyzer;
  ErrorCode code = ErrorCode::kInternal;
  std::string reason;
  RetryPolicy retry = RetryPolicy::kWhenInputChanges;

  friend bool operator==(const Failure&, const Failure&) = default;
};

/// The row of an error that happened in `stage`.
Failure failure_from(std::string stage, const Error& error);

/// Numbers the runs of one library, from 1.
using RunId = std::int64_t;

/// Everything that one visit of one file gave.
///   picture and findings: a result, perhaps with failures of single analyzers
///   failures only:        the file failed
///   neither:              the file is no picture, and was skipped
struct PictureResult {
  FileRecord file;
  std::optional<PictureRecord> picture;
  std::vector<std::pair<AnalyzerId, Finding>> findings;
  std::vector<Failure> failures;
  RunId run = 0;
};

/// A face as exporters and people see it.
struct FaceRow {
  FaceBox where;
  float chip_pixels = 0;  ///< as in core/findings.h
  std::string person;     ///< person id; empty when in no group
  std::string person_name;
};

/// One file with all that is known of its picture, from the current analyzers.
struct PictureRow {
  FileRecord file;
  bool missing = false;
  std::optional<PictureRecord> picture;
  std::optional<Hashes> hashes;
  std::optional<Quality> quality;
  /// Nothing: not looked for. Empty: looked for, none there.
  std::optional<std::vector<FaceRow>> faces;
  std::vector<Failure> failures;  ///< in the order of the stages' names
};

/// A group of faces. Without a name it is one nobody has named.
struct PersonRow {
  std::string id;          ///< stable, made by people/
  std::string name;        ///< UTF-8; empty when unnamed
  bool tentative = false;  ///< below the size of a person
  double spread = 0;       ///< mean cosine distance of its faces to their centre
  std::optional<FaceKey> best_face;
  std::vector<FaceKey> faces;  ///< comes back ordered
  /// Digest of all that the group is a function of, by whoever made it, who thereby knows a group
  /// that need not be made again; nothing where that is unknown.
  std::optional<Sha256Digest> made_from;

  friend bool operator==(const PersonRow&, const PersonRow&) = default;
};

/// How faces were grouped the last time, as far as whoever asked for it has a choice.
struct GroupingRow {
  std::string method;                   ///< "linkage" or "dbscan", in pipeline/'s words
  std::optional<double> same_distance;  ///< mean cosine distance; nothing: the embedder's card's
  double eps = 0;
  std::int64_t min_samples = 1;  ///< 1 and more
  std::int64_t least_faces = 1;  ///< 1 and more

  friend bool operator==(const GroupingRow&, const GroupingRow&) = default;
};

/// How the groups change, in one transaction.
struct PeopleChange {
  AnalyzerId faces_analyzer;  ///< whose face indices these are
  /// All groups are dropped first.
  bool replace_all = false;
  std::vector<std::string> removed;  ///< person ids
  /// New or changed groups, whole: their faces leave any group that they were in.
  std::vector<PersonRow> people;
  std::optional<GroupingRow> grouping;  ///< nothing: as before
};

/// A face as a human saw it: found again by overlap when a detector changes.
struct EditedFace {
  FaceKey key;
  Rect box;

  friend bool operator==(const EditedFace&, const EditedFace&) = default;
};

/// One human decision. The log is only ever appended to; undoing is one more entry.
struct EditRow {
  std::int64_t number = 0;  ///< 1, 2, ... in the order of the log; given by the library
  std::int64_t at_ms = 0;   ///< Unix time
  std::string kind;         ///< "name", "merge", "split", "keep-apart", "undo", ...
  std::string payload;      ///< the decision's own fields, in people/'s format
  std::vector<EditedFace> faces;

  friend bool operator==(const EditRow&, const EditRow&) = default;
};

struct RunStart {
  std::string command;  ///< as a person would type it
  std::string program_version;
  std::int64_t started_ms = 0;  ///< Unix time
  /// Damaged pictures of which less was there, in percent, fail in this run; 100: all of them.
  float keep_truncated_percent = 100.0F;
  /// From now on these answer for their names: exports and people use the findings of these.
  std::vector<AnalyzerId> analyzers;
};

/// Timings of one stage over a run.
struct StageRow {
  std::string stage;
  std::int64_t count = 0;
  std::int64_t p50_us = 0;  ///< median duration of one item
  std::int64_t p95_us = 0;
  std::int64_t bytes = 0;       ///< that went through
  std::int64_t cpu_us = 0;      ///< processor time, all threads
  std::int64_t peak_bytes = 0;  ///< most memory that all work had reserved meanwhile

  friend bool operator==(const StageRow&, const StageRow&) = default;
};

struct RunFinish {
  std::string outcome;           ///< "finished", "interrupted", "failed"
  std::int64_t finished_ms = 0;  ///< Unix time
  std::int64_t done = 0;         ///< files that gave a result
  std::int64_t failed = 0;
  std::int64_t failed_before = 0;  ///< files that failed in an earlier run and are unchanged
  std::int64_t unchanged = 0;      ///< pictures that needed nothing
  std::int64_t peak_bytes = 0;     ///< resident set, high-water mark
  std::map<std::string, std::int64_t> skipped;  ///< by reason
  std::vector<StageRow> stages;                 ///< comes back ordered by name

  friend bool operator==(const RunFinish&, const RunFinish&) = default;
};

/// A run as it stands in the library; `finish.outcome` is "running" until it was finished, also
/// when its process died.
struct RunRow {
  RunId run = 0;
  std::string command;
  std::string program_version;
  std::int64_t started_ms = 0;
  RunFinish finish;
};

struct LibraryCounts {
  std::int64_t files = 0;  ///< present, with a picture
  std::int64_t missing = 0;
  std::int64_t pictures = 0;  ///< distinct, present or not
  std::int64_t faces = 0;     ///< of present pictures, by the current analyzer
  std::int64_t people = 0;    ///< not tentative
  std::int64_t failed = 0;    ///< present files with a failure
};

}  // namespace albumen
