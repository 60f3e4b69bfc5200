// SPDX-License-Identifier: Apache-2.0
// The main job: sources into the library. The one place where a file, its bytes, its decode, its
// analyzers and its rows meet; ARCHITECTURE.md tells the way of a picture through it.
// Tested by index_run_test.cpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "decode/decoder.h"
#include "govern/budget.h"
#include "library/library.h"
#include "library/library_writer.h"
#include "pipeline/analyzer_set.h"
#include "pipeline/stage_clock.h"
#include "sources/source.h"
#include "sources/source_reader.h"

namespace albumen {

/// Which files are read again.
enum class Rehash : std::uint8_t {
  kChanged,  ///< new, or with another stamp than the library knows
  kAll,
};

struct IndexRequest {
  std::vector<std::string> sources;  ///< paths as bytes
  SourceOptions source_options;
  DecodeOptions decode;  ///< with the run's own stop
  Rehash rehash = Rehash::kChanged;
  unsigned workers = 1;
  RunId run = 0;                ///< of the library's log, begun by the caller
  std::string program_version;  ///< what failed under another one is tried again
};

/// Where a run stands, for whoever draws it. Every field is written by the run only.
struct IndexProgress {
  std::atomic<std::uint64_t> listed = 0;     ///< files met
  std::atomic<std::uint64_t> unchanged = 0;  ///< pictures that needed nothing
  /// Unchanged, too, but what is known of them is a failure of a kind that the same bytes would
  /// meet again: not tried. Rehash::kAll tries them, and so does another version of the program.
  std::atomic<std::uint64_t> failed_before = 0;
  std::atomic<std::uint64_t> done = 0;     ///< gave a result
  std::atomic<std::uint64_t> copies = 0;   ///< of those: their pixels were known already
  std::atomic<std::uint64_t> partial = 0;  ///< of those: damaged, but more was there than asked for
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> skipped = 0;
  std::atomic<std::uint64_t> faces = 0;
  std::atomic<std::uint64_t> in_work = 0;  ///< with a worker at this moment
  std::atomic<std::uint64_t> bytes_read = 0;
  std::atomic<bool> listing_finished = false;

  // The three stages, each a count of files that never overtakes the one before it: whoever loads
  // them in the order `processed`, `read`, `to_read` sees no part larger than its whole.
  std::atomic<std::uint64_t> to_read = 0;    ///< listed and not settled by that
  std::atomic<std::uint64_t> read = 0;       ///< of those: the readers are through with
  std::atomic<std::uint64_t> processed = 0;  ///< of those: done, failed or skipped
  std::atomic<std::uint64_t> bytes_to_read = 0;
  std::atomic<std::uint64_t> bytes_passed = 0;  ///< of those; also of files read in part only

  [[nodiscard]] std::uint64_t finished() const {
    return unchanged + failed_before + done + failed + skipped;
  }
};

/// What became of one file.
enum class FileOutcome : std::uint8_t { kDone, kFailed, kSkipped };

/// One finished file, for listeners. Valid during the call.
struct FileEvent {
  const std::string& name;  ///< as in SourceEntry::name
  FileOutcome outcome;
  std::string_view code;    ///< of the first failure, or empty
  std::string_view reason;  ///< of the failure or skip, or empty
  std::size_t faces = 0;
  float complete = 1;  ///< share of the picture that was there, 0..1; below 1: damaged, but kept
};

/// Called from several threads at once.
using FileListener = std::function<void(const FileEvent&)>;

/// What a run works with; everything outlives it.
struct IndexEnvironment {
  Library& library;
  LibraryWriter& writer;
  SourceReader& reader;
  const AnalyzerSet& analyzers;
  Budget& budget;
  StageClock& clock;
  IndexProgress& progress;
  FileListener listener;  ///< may be empty
};

/// What came of a run, beyond the progress counters.
struct IndexReport {
  std::map<std::string, std::uint64_t> skipped;  ///< by reason
  std::map<std::string, std::uint64_t> failed;   ///< by error code
  std::uint64_t vanished = 0;                    ///< files newly marked missing
  /// Sources that could not be listed, or not to their end: what the library knows of them counts
  /// as there.
  std::uint64_t failed_sources = 0;
  /// Paths, bytes, of sources that are folders without a file that an index takes now, below which
  /// the library has some that were neither left out nor failed: as the mount point of a disk that
  /// is away. Those files count as there.
  std::vector<std::string> emptied_sources;
  bool interrupted = false;  ///< a stop was requested; what is done is kept

  /// Whether what is missing is known to be gone, and not only out of reach.
  [[nodiscard]] bool may_prune() const {
    return failed_sources == 0 && emptied_sources.empty() && !interrupted;
  }
};

/// Indexes. A file that fails is a row, not an error of the run. Errors: those of the library
/// (StoreFailed and the like), which end the run; InvalidArgument for the request.
/// Everything acknowledged by the writer is flushed on return, whatever the outcome.
Result<IndexReport> run_index(const IndexRequest& request, const IndexEnvironment& environment,
                              const StopToken& stop);

}  // namespace albumen
