// SPDX-License-Identifier: Apache-2.0
// The caption of one member of a dataset: what it is to be, and the file that says so beside the
// picture. Tested by dataset_caption_test.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/stop.h"
#include "dataset/caption_index.h"
#include "dataset/journal.h"
#include "dataset/manifest.h"
#include "pipeline/internal/dataset_history.h"
#include "pipeline/internal/dataset_listing.h"
#include "pipeline/internal/dataset_worker.h"

namespace albumen {

/// Whether the file at `path` still says what the journal has of it: what somebody wrote into it is
/// not albumen's to remove.
bool caption_file_holds(const std::string& path, const std::string& words);

/// Puts `caption` into `row`.
void tell_caption(ManifestRow& row, const FoundCaption& caption);

/// Where a picture stands in the set: `stem`, bytes relative to it and without an extension; and
/// what an earlier run said of the same member, null: nothing.
struct CaptionPlace {
  std::string stem;
  const KnownOutput* known = nullptr;
};

/// One thread.
class MemberCaption {
 public:
  /// Both outlive it.
  MemberCaption(const DatasetJob& job, const DatasetMember& member, StopToken stop);

  /// The caption that the set is to have, read once. Errors: those of find_caption.
  Result<FoundCaption> wanted();

  /// Error: InvalidArgument where writing `caption` beside the picture `stem` would replace a file
  /// that says something else, and that albumen did not write or somebody changed since.
  [[nodiscard]] Result<void> check_free(const std::string& stem, const std::string& caption) const;

  /// The caption file follows the caption: written where it differs, gone where there is none. Gone
  /// are also captions that earlier runs wrote beside `place` for other pictures or under another
  /// extension, where they still have the words of the journal. `row` and `entry` are the
  /// picture's, and say what stands there in the end, also after an error. Whether anything was
  /// changed. In a dry run nothing is, and the answer is what would be; progress counts both.
  /// Errors: those of both above; Io. REQUIRES: no other picture of the run has this stem.
  Result<bool> settle(const CaptionPlace& place, ManifestRow& row, JournalEntry& entry);

 private:
  [[nodiscard]] bool is_dry() const { return job_.state == nullptr; }

  [[nodiscard]] Result<bool> remove_file(const std::string& path) const;
  [[nodiscard]] std::string file_name(const std::string& stem) const;
  [[nodiscard]] std::string extension() const;
  [[nodiscard]] const JournalEntry* own_before(const CaptionPlace& place) const;
  [[nodiscard]] bool is_archived(const std::string& caption, const JournalEntry* own) const;
  [[nodiscard]] Result<void> write(const std::string& stem, const std::string& caption) const;
  [[nodiscard]] Result<bool> remove_others(const std::string& stem, const JournalEntry* own) const;
  [[nodiscard]] Result<bool> remove_own(const std::string& stem, const JournalEntry* own,
                                        const std::string& caption) const;
  [[nodiscard]] Result<bool> remove_unsaid(const std::string& stem,
                                           const std::string& caption) const;
  [[nodiscard]] bool may_be_anothers(const std::string& name, std::string_view extension) const;
  [[nodiscard]] bool holds_own_words(const std::string& stem, const std::string& extension) const;
  [[nodiscard]] Result<bool> remove(const std::string& stem, const JournalEntry& former) const;

  const DatasetJob& job_;
  const DatasetMember& member_;
  StopToken stop_;
  std::optional<FoundCaption> wanted_;
};

}  // namespace albumen
