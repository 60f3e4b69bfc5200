// SPDX-License-Identifier: Apache-2.0
// A library: the one SQLite file in which albumen keeps what it found. Many readers, one writer,
// and neither waits for the other. Tested by library_test.cpp, library_files_test.cpp,
// library_people_test.cpp, library_hostile_test.cpp and library_crash_test.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "govern/budget.h"
#include "library/half_float.h"
#include "library/known_files.h"
#include "library/library_writer.h"
#include "library/rows.h"

namespace albumen {

enum class LibraryMode : std::uint8_t {
  kRead,   ///< the file must exist; needs no lock, also while another process writes
  kWrite,  ///< makes the file if there is none; one process at a time
};

enum class Durability : std::uint8_t {
  kProcessCrash,  ///< committed rows survive the process; the last ones may not survive a power cut
  kPowerCut,      ///< every commit waits for the disk
};

struct OpenOptions {
  LibraryMode mode = LibraryMode::kRead;
  Durability durability = Durability::kProcessCrash;
  /// How long to wait for another writer to finish.
  std::chrono::milliseconds wait_for_lock{0};
  StopToken stop;  ///< ends that wait
  /// What other processes are told about this one: the command, as a person would type it.
  std::string command = "albumen";
  /// Makes the disk "full" at this many pages of 4 KiB; 0 for no limit. For tests.
  std::int64_t page_limit_for_testing = 0;
};

struct KnownFilesQuery {
  /// At most kMaxAnalyzers; the masks' bits are in this order.
  std::span<const AnalyzerId> analyzers;
  /// Of this program: what failed under another one is worth another try.
  std::string_view program_version;
  /// Of this run, as in RunStart: damaged files that failed under a stricter one are worth another
  /// try, and of pictures that this one would refuse nothing counts as done or given up.
  float keep_truncated_percent = 100.0F;
};

/// What is known of a picture, whichever files hold it.
struct KnownPicture {
  AnalyzerMask done = 0;  ///< findings that are there
  float complete = 1;     ///< as in PictureRecord
};

struct PictureQuery {
  bool include_missing = false;
};

struct FaceQuery {
  /// Whose findings; nothing for the current analyzer.
  std::optional<AnalyzerId> analyzer;
  /// Faces whose chip was smaller are left out.
  float min_chip_pixels = 0;
};

/// An embedded face. The vector lives until the callback returns.
struct StoredFace {
  FaceKey key;
  Rect box;
  float score = 0;
  float chip_pixels = 0;
  std::span<const Half> vector;
};

struct StoredHashes {
  PictureId picture;
  Size size;
  Hashes hashes;
};

/// What a callback returns ends the walk when it is an error, and is the walk's result.
template <class Row>
using RowCallback = std::function<Result<void>(const Row&)>;

/// Internally locked: any thread may call any function; long walks run side by side, each on a
/// connection of its own and on the state of the moment when it began.
/// Every reading function fails with StoreFailed, naming table and column, where the file holds
/// what no albumen wrote.
class Library {
 public:
  /// Errors: NotFound (reading what is not there), StoreFailed (no library, damaged, read-only,
  /// no such folder, with views or triggers of somebody's own), Unsupported (a newer schema),
  /// Unavailable (another process writes; the message names it).
  static Result<std::unique_ptr<Library>> open(const std::string& path, const OpenOptions& options);

  struct Parts;  // for `open`
  explicit Library(Parts parts);
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library();

  /// Absolute, without symbolic links.
  [[nodiscard]] const std::string& path() const;

  /// InvalidArgument when opened for reading. Lives as long as the library.
  Result<LibraryWriter*> writer();

  /// All files, for deciding what a run must visit. BudgetExceeded when they do not fit. Rows that
  /// are damaged are left out, so that the run visits their files again.
  Result<KnownFiles> load_known_files(const KnownFilesQuery& query, Budget& budget) const;

  /// This picture as far as it is committed, with the findings of `analyzers` (at most
  /// kMaxAnalyzers). One whose share that is there is no share is not known.
  Result<KnownPicture> known_picture(const PictureId& picture,
                                     std::span<const AnalyzerId> analyzers) const;

  /// The picture that a file held when it was last visited.
  Result<std::optional<PictureId>> picture_of(std::string_view path, std::string_view member) const;

  /// Files with a picture or a failure, with the findings of the current analyzers, ordered by
  /// (path, member) as bytes: the order does not depend on how they came in.
  Result<void> for_each_picture(const PictureQuery& query,
                                const RowCallback<PictureRow>& callback) const;

  /// Embedded faces of pictures that are present, in no particular order: whoever needs one sorts
  /// by key. All vectors have one length.
  Result<void> for_each_face(const FaceQuery& query, const RowCallback<StoredFace>& callback) const;

  /// Where `analyzer` found each of `faces`, in their order, also on pictures that are missing now;
  /// faces that it did not find are left out.
  Result<std::vector<EditedFace>> locate(const AnalyzerId& analyzer,
                                         std::span<const FaceKey> faces) const;

  /// Hashes of pictures that are present, by the current analyzer, in no particular order.
  Result<void> for_each_hashes(const RowCallback<StoredHashes>& callback) const;

  /// Ordered by id.
  Result<std::vector<PersonRow>> people() const;

  /// Whose faces people are made of, ordered: none without people, and several only in a file that
  /// no albumen wrote.
  Result<std::vector<AnalyzerId>> analyzers_of_people() const;

  /// How many present pictures have faces by an earlier analyzer `name`, but neither an answer nor
  /// a failure of the current one.
  Result<std::uint64_t> left_behind(std::string_view name) const;

  /// How people were grouped the last time; nothing where that is unknown.
  Result<std::optional<GroupingRow>> grouping() const;

  /// In the order of the log.
  Result<std::vector<EditRow>> edits() const;

  /// Latest first; at most `limit`.
  Result<std::vector<RunRow>> runs(std::int64_t limit) const;

  /// Those that answer for their names, ordered.
  Result<std::vector<AnalyzerId>> current_analyzers() const;

  Result<LibraryCounts> counts() const;

  /// SQLite's own check of the whole file, and that no finding hangs in the air. What is wrong, in
  /// words; empty when all is well.
  Result<std::vector<std::string>> integrity_check(const StopToken& stop) const;

 private:
  std::unique_ptr<Parts> parts_;
};

}  // namespace albumen
