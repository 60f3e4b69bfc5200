// SPDX-License-Identifier: Apache-2.0
// The dataset job: sources into a folder of training pictures with their captions and a manifest.
// What becomes of a picture depends on the picture, its name and the settings alone, unless
// `degrade` permits otherwise, so that a run that is interrupted and run again gives the same set,
// byte for byte, as one that is not.
// Tested by dataset_run_test.cpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "dataset/captions.h"
#include "dataset/manifest.h"
#include "dataset/output_places.h"
#include "dataset/picture_settings.h"
#include "govern/budget.h"
#include "govern/pressure.h"
#include "pipeline/stage_clock.h"
#include "sources/source.h"
#include "sources/source_reader.h"

namespace albumen {

class LongtailDecoder;

struct DatasetRequest {
  std::vector<std::string> sources;  ///< paths as bytes
  SourceOptions source_options;
  std::string directory;  ///< of the set; made when missing; unused where `archive` is not empty
  /// A ZIP that becomes the set. It grows in the folder `archive` + ".part", from which an
  /// interrupted run goes on, and is packed and put in its place when all of it is there.
  std::string archive;
  PictureSettings settings;
  Renaming renaming = Renaming::kKeep;
  CaptionRule captions;
  std::string caption_extension = ".txt";  ///< with its dot, at most 16 bytes
  /// Replaces files of the names that are needed even where no run of albumen wrote them, or
  /// somebody changed them since.
  bool overwrite = false;
  /// Removes what earlier runs wrote and this set no longer has, where nobody changed it since; not
  /// where a run is stopped, or finds no picture at all.
  bool prune = false;
  /// Under memory pressure, and where a picture does not fit the budget, makes it smaller and
  /// coarser (QualityLadder) instead of waiting or failing. Its row says so, and the next run makes
  /// it anew. Only with Fit::kInside and Fit::kOriginal.
  bool degrade = false;
  unsigned workers = 1;
  std::string command;  ///< for whoever finds the folder in use
};

/// Where a run stands, for whoever draws it. Every field is written by the run only.
struct DatasetProgress {
  std::atomic<std::uint64_t> listed = 0;      ///< members met
  std::atomic<std::uint64_t> to_process = 0;  ///< of those: perhaps pictures; final after listing
  std::atomic<std::uint64_t> bytes_to_process = 0;  ///< theirs
  // Loaded in the order `processed`, `read`, no part is larger than its whole.
  std::atomic<std::uint64_t> read = 0;          ///< of to_process: in memory, or not needed there
  std::atomic<std::uint64_t> processed = 0;     ///< of those: their rows are final
  std::atomic<std::uint64_t> bytes_passed = 0;  ///< of bytes_to_process: those of `read`
  std::atomic<std::uint64_t> written = 0;
  std::atomic<std::uint64_t> planned = 0;  ///< by a dry run, where `written` stays 0
  std::atomic<std::uint64_t> unchanged = 0;
  std::atomic<std::uint64_t> degraded = 0;  ///< of those written or planned: below what was asked
  /// Of those written or unchanged: damaged, but more was there than asked for.
  std::atomic<std::uint64_t> partial = 0;
  std::atomic<std::uint64_t> failed = 0;
  std::atomic<std::uint64_t> skipped = 0;
  /// Files, also beside pictures that are unchanged; by a dry run, those that would be.
  std::atomic<std::uint64_t> captions_written = 0;
  std::atomic<std::uint64_t> captions_removed = 0;
  std::atomic<std::uint64_t> bytes_read = 0;
  std::atomic<std::uint64_t> bytes_written = 0;
  std::atomic<bool> listing_finished = false;
  std::atomic<std::uint64_t> to_archive = 0;  ///< pictures; not 0 once an archive is packed
  std::atomic<std::uint64_t> archived = 0;    ///< of those
  std::atomic<PressureLevel> pressure = PressureLevel::kUnknown;  ///< as of the last picture
};

/// What a run works with; everything outlives it.
struct DatasetEnvironment {
  SourceReader& reader;
  Budget& budget;
  StageClock& clock;
  DatasetProgress& progress;
  LongtailDecoder* longtail = nullptr;  ///< as DecodeOptions::longtail
  PressureProbe* pressure = nullptr;    ///< null: no pressure is known
  /// Called with each finished row, from several threads at once; may be empty.
  std::function<void(const ManifestRow&)> listener;
};

// Why members are skipped from which the set lacks nothing: words about a picture, and the RAW of a
// shot that is there as JPEG.
inline constexpr std::string_view kCaptionReason = "caption";
inline constexpr std::string_view kJpegThereReason = "its JPEG is there";

struct DatasetReport {
  std::map<std::string, std::uint64_t> skipped;  ///< by reason
  std::map<std::string, std::uint64_t> failed;   ///< by error code
  std::map<std::string, std::uint64_t> folders;  ///< pictures that the set has, by folder, as text
  /// Outputs of earlier runs that this set no longer has, as text: those that stand there...
  std::vector<std::string> stale;
  /// ... and those that were removed, or would be in a dry run.
  std::vector<std::string> pruned;
  std::uint64_t without_caption = 0;  ///< pictures that the set has
  bool no_source = false;    ///< none is there: the folder and its manifest are as they were
  bool interrupted = false;  ///< what is done is kept; the manifest is of an earlier run, if any
};

/// Makes the set. A picture that fails is a row, not an error of the run. Where not one source is
/// there, a folder stays as it is, and none is made: nothing was learned of its pictures. The
/// manifest (manifest.jsonl) appears at the end, whole, in the order of the sources; the journal
/// that the next run goes on from lies in .albumen-dataset/. An archive has both as its last
/// members, and is only written when it would differ from the one that is there. Errors:
/// InvalidArgument for the request, also where the set is a source or lies in one, and for an
/// archive or a manifest that albumen did not write; Unavailable while another process writes the
/// set; Io for the folder itself.
Result<DatasetReport> run_dataset(const DatasetRequest& request,
                                  const DatasetEnvironment& environment, const StopToken& stop);

/// What run_dataset would do, as far as the listing, the captions and the heads of the pictures
/// tell: nothing is decoded and nothing written. A file that was touched counts as news, a picture
/// that is damaged behind its head as good; under Renaming::kHash, news has no output's name yet.
/// Errors: as run_dataset; the lock of the set is not looked at.
Result<DatasetReport> plan_dataset(const DatasetRequest& request,
                                   const DatasetEnvironment& environment, const StopToken& stop);

}  // namespace albumen
