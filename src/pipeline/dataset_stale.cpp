// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_stale.h"

#include <cerrno>
#include <fmt/core.h>
#include <optional>
#include <set>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "dataset/caption_index.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/sha256.h"
#include "pipeline/internal/dataset_caption.h"
#include "pipeline/internal/dataset_paths.h"

namespace albumen {
namespace {

// The file of an output; nothing for one that the journal has no business to name.
std::optional<std::string> file_of(const std::string& directory, const std::string& output) {
  const auto name = path_from_text(output);
  return name ? file_in_set(directory, *name) : std::nullopt;
}

bool has_digest(const std::string& file, const JournalEntry& entry) {
  const auto digest = sha256_of_file(file);
  return digest && entry.row.sha256 == *digest;
}

bool is_as_written(const FormerPlace& place, const KnownOutput& known) {
  if (place.archive.find(known.entry) != nullptr) {
    return true;
  }
  const auto file = file_of(place.directory, known.entry.row.output);
  return file && regular_file_size(*file) == known.entry.bytes &&
         (known.is_synced || has_digest(*file, known.entry));
}

// Also where somebody changed it. Not what a power cut may have spoilt: with the size of the
// journal it would pass for what was written from now on.
bool is_worth_knowing(const FormerPlace& place, const KnownOutput& known) {
  if (is_as_written(place, known)) {
    return true;
  }
  const auto file = file_of(place.directory, known.entry.row.output);
  const auto size = file ? regular_file_size(*file) : std::nullopt;
  return size && (known.is_synced || (*size != known.entry.bytes && !is_spoilt_file(*file)));
}

// "/a/b.zip!c/d.jpg": "/a", "/a/b.zip", "/a/b.zip!c" and itself are what it lies in.
bool lies_in_any(std::string_view source, const std::set<std::string, std::less<>>& names) {
  for (std::size_t at = source.find_first_of("/!"); at != source.npos;
       at = source.find_first_of("/!", at + 1)) {
    if (names.contains(source.substr(0, at))) {
      return true;
    }
  }
  return names.contains(source);
}

class Pruner {
 public:
  Pruner(const DatasetRequest& request, const std::vector<ManifestRow>& rows, Pruning pruning)
      : request_(request), pruning_(pruning) {
    for (const ManifestRow& row : rows) {
      if (!row.output.empty()) {
        stems_.emplace(without_extension(row.output));
      }
    }
  }

  // Whether it was removed.
  Result<bool> prune(const JournalEntry& entry) {
    const auto file = file_of(request_.directory, entry.row.output);
    if (!file || regular_file_size(*file) != entry.bytes || !has_digest(*file, entry)) {
      return false;
    }
    TRY(remove(*file));
    const std::string stem{without_extension(entry.row.output)};
    if (entry.row.caption.empty() || stems_.contains(stem)) {
      return true;
    }
    const auto caption =
        file_of(request_.directory, fmt::format("{}{}", stem, entry.caption_extension));
    if (caption && caption_file_holds(*caption, entry.row.caption)) {
      TRY(remove(*caption));
      ++captions_;
    }
    return true;
  }

  // Removed so far.
  [[nodiscard]] std::uint64_t captions() const { return captions_; }

 private:
  [[nodiscard]] Result<void> remove(const std::string& file) const {
    if (pruning_ == Pruning::kReal && ::unlink(file.c_str()) != 0) {
      return system_failure(errno, "remove", file);
    }
    return {};
  }

  const DatasetRequest& request_;  // outlives the pruner
  Pruning pruning_;
  std::set<std::string> stems_;  // of the set, as text
  std::uint64_t captions_ = 0;
};

}  // namespace

FormerOutputs former_outputs(const FormerPlace& place, const std::vector<ManifestRow>& rows) {
  std::set<std::string_view> outputs;
  std::set<std::string, std::less<>> unknown;
  for (const ManifestRow& row : rows) {
    if (!row.output.empty()) {
      outputs.insert(row.output);
    } else if (row.status == MemberStatus::kFailed || row.status == MemberStatus::kPlanned) {
      unknown.insert(row.source);  // where a planned one goes is known when it was read
    }
  }
  FormerOutputs former;
  for (const auto& [output, known] : place.history.outputs()) {
    if (outputs.contains(output)) {
      continue;
    }
    if (lies_in_any(known.entry.row.source, unknown)) {
      if (is_worth_knowing(place, known)) {
        former.spared.push_back(known.entry);
      }
    } else if (is_as_written(place, known)) {
      former.stale.push_back(known.entry);
    }
  }
  return former;
}

std::vector<JournalEntry> spared_for_archive(const FormerPlace& place, const FormerOutputs& former,
                                             const std::vector<JournalEntry>& entries) {
  std::set<std::string_view> stems;
  for (const JournalEntry& entry : entries) {
    stems.insert(without_extension(entry.row.output));
  }
  std::vector<JournalEntry> spared;
  for (const JournalEntry& entry : former.spared) {
    const KnownOutput& known = place.history.outputs().at(entry.row.output);
    if (is_as_written(place, known) && stems.insert(without_extension(entry.row.output)).second) {
      spared.push_back(entry);
    }
  }
  return spared;
}

Result<Pruned> prune(const DatasetRequest& request, const std::vector<ManifestRow>& rows,
                     Pruning pruning, std::vector<JournalEntry>& stale) {
  Pruner pruner{request, rows, pruning};
  Pruned pruned;
  std::vector<JournalEntry> left;
  for (JournalEntry& entry : stale) {
    const bool is_removed = TRY(pruner.prune(entry));
    (is_removed ? pruned.outputs : left).push_back(std::move(entry));
  }
  stale = std::move(left);
  pruned.captions = pruner.captions();
  return pruned;
}

}  // namespace albumen
