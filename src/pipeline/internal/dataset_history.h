// SPDX-License-Identifier: Apache-2.0
// What the earlier runs of a dataset wrote down of their pictures. Tested by
// dataset_history_test.cpp.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/units.h"
#include "dataset/journal.h"

namespace albumen {

/// Of a million pictures with long captions; what is larger was not written by a run.
inline constexpr Bytes kJournalLimit = kGiB * 2;

/// Where the manifest and the journal of the set at `directory` lie.
std::string manifest_path(const std::string& directory);
std::string journal_path(const std::string& directory);

/// Where the files of the set at `directory` grow before they take their place: a run empties it
/// first, so that nothing of one that was killed stays in the set.
std::string growing_folder(const std::string& directory);

/// A line of the journal: everything above it was on the disk when it was written.
inline constexpr std::string_view kJournalSyncedLine = R"({"synced":true})";

/// A line of the journal: the run behind it replaces outputs that are named above it, so that a
/// power cut may spoil any of them, until a run comes to its end.
inline constexpr std::string_view kJournalReplacingLine = R"({"synced":false})";

/// What an earlier run says of a picture.
struct KnownOutput {
  JournalEntry entry;
  /// Whether that run came to its end, where it saw everything onto the disk. Else a power cut may
  /// have spoilt the output (is_spoilt_file, dataset_paths.h): its digest tells.
  bool is_synced = false;
};

/// Constant once read: any thread.
class DatasetHistory {
 public:
  /// Makes and locks nothing; empty where there is no journal. A line that cannot be read is as if
  /// it were not there. `earlier` are lines that stand as if before those. Error: Io.
  static Result<DatasetHistory> read(const std::string& directory, std::string_view earlier = {});

  /// What was said last of the source `name`; null: nothing.
  [[nodiscard]] const KnownOutput* known(const std::string& name) const;

  /// Whether an earlier run wrote the file `output` (relative to the set, as text), or was about
  /// to.
  [[nodiscard]] bool wrote(const std::string& output) const {
    return outputs_.contains(output) || claims_.contains(output);
  }

  /// Whether the caption file `stem` with `extension` (both as text) is one that an earlier run
  /// wrote and did not remove, or was about to write. Somebody may have changed it since.
  [[nodiscard]] bool wrote_caption(const std::string& stem, const std::string& extension) const;

  /// Whether `words` in that file are what an earlier run wrote or was about to write, or what a
  /// power cut made of that.
  [[nodiscard]] bool wrote_words(const std::string& stem, const std::string& extension,
                                 std::string_view words) const;

  /// Of the pictures of any format at `stem` (as text), whatever their source was, those that had a
  /// caption: a file beside them may still hold its words.
  [[nodiscard]] std::vector<const JournalEntry*> captioned(const std::string& stem) const;

  /// Whether an earlier run was about to write the file `name` (as text), a picture or a caption,
  /// and was killed before it said what became of it.
  [[nodiscard]] bool left_unsaid(const std::string& name) const { return claims_.contains(name); }

  /// With which extensions left_unsaid holds of captions of `stem` (all as text).
  [[nodiscard]] std::vector<std::string> unsaid_extensions(const std::string& stem) const;

  /// Everything, by output: where two sources had the same one, the later.
  [[nodiscard]] const std::map<std::string, KnownOutput>& outputs() const { return outputs_; }

 private:
  // `unsynced`: of what was added, what no line says is on the disk; both ways.
  void load(std::string_view text, std::vector<KnownOutput*>& unsynced);
  void distrust_all();
  KnownOutput* add(JournalEntry entry);
  [[nodiscard]] std::vector<const KnownOutput*> known_at(const std::string& stem) const;

  std::map<std::string, KnownOutput> outputs_;
  std::map<std::string, std::string> output_of_;  // by source, the last
  // Files of runs that did not come to their end, with what they were to hold, where that is known.
  std::map<std::string, std::set<Sha256Digest>> claims_;
};

}  // namespace albumen
