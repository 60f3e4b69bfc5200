// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_history.h"

#include <algorithm>
#include <fmt/core.h>
#include <span>

#include "dataset/caption_index.h"
#include "dataset/manifest.h"
#include "dataset/picture_settings.h"
#include "files/file.h"
#include "files/sha256.h"

namespace albumen {
namespace {

// What a power cut leaves of a file that had its name before its bytes were on the disk; nobody's
// work.
bool is_spoilt(std::string_view text) { return text.find_first_not_of('\0') == text.npos; }

}  // namespace

std::string manifest_path(const std::string& directory) {
  return fmt::format("{}/{}", directory, kManifestName);
}

std::string journal_path(const std::string& directory) {
  return fmt::format("{}/{}/journal.jsonl", directory, kStateFolder);
}

std::string growing_folder(const std::string& directory) {
  return fmt::format("{}/{}/growing", directory, kStateFolder);
}

Result<DatasetHistory> DatasetHistory::read(const std::string& directory,
                                            std::string_view earlier) {
  DatasetHistory history;
  std::vector<KnownOutput*> unsynced;
  history.load(earlier, unsynced);
  const auto text = read_small_file(journal_path(directory), kJournalLimit);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    return history;
  }
  if (!text) {
    return std::unexpected(text.error());
  }
  history.load(*text, unsynced);
  return history;
}

void DatasetHistory::load(std::string_view text, std::vector<KnownOutput*>& unsynced) {
  bool is_replacing = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line == kJournalSyncedLine) {
      for (KnownOutput* const known : unsynced) {
        known->is_synced = true;
      }
      unsynced.clear();
      is_replacing = false;
    } else if (line == kJournalReplacingLine) {
      is_replacing = true;
    } else if (auto entry = parse_journal_line(line)) {
      unsynced.push_back(add(*std::move(entry)));
    } else if (auto claim = parse_claim_line(line)) {
      auto& digests = claims_[claim->output];
      if (claim->sha256) {
        digests.insert(*claim->sha256);
      }
    } else if (const auto unmade = parse_withdrawal_line(line)) {
      claims_.erase(*unmade);
    }
  }
  if (is_replacing) {
    distrust_all();
  }
}

void DatasetHistory::distrust_all() {
  for (auto& [output, known] : outputs_) {
    known.is_synced = false;
  }
}

KnownOutput* DatasetHistory::add(JournalEntry entry) {
  const std::string& output = entry.row.output;
  claims_.erase(output);
  claims_.erase(fmt::format("{}{}", without_extension(output), entry.caption_extension));
  output_of_.insert_or_assign(entry.row.source, output);
  KnownOutput& known = outputs_[output];
  known = {.entry = std::move(entry)};
  return &known;
}

bool DatasetHistory::wrote_caption(const std::string& stem, const std::string& extension) const {
  return left_unsaid(fmt::format("{}{}", stem, extension)) ||
         std::ranges::any_of(captioned(stem), [&](const JournalEntry* entry) {
           return entry->caption_extension == extension;
         });
}

bool DatasetHistory::wrote_words(const std::string& stem, const std::string& extension,
                                 std::string_view words) const {
  const bool may_be_spoilt = is_spoilt(words);
  const auto claim = claims_.find(fmt::format("{}{}", stem, extension));
  if (claim != claims_.end() &&
      (may_be_spoilt || claim->second.contains(sha256(std::as_bytes(std::span{words}))))) {
    return true;
  }
  return std::ranges::any_of(known_at(stem), [&](const KnownOutput* known) {
    const JournalEntry& entry = known->entry;
    return entry.caption_extension == extension && !entry.row.caption.empty() &&
           (entry.row.caption == words || (may_be_spoilt && !known->is_synced));
  });
}

std::vector<const JournalEntry*> DatasetHistory::captioned(const std::string& stem) const {
  std::vector<const JournalEntry*> entries;
  for (const KnownOutput* const known : known_at(stem)) {
    if (!known->entry.row.caption.empty()) {
      entries.push_back(&known->entry);
    }
  }
  return entries;
}

std::vector<std::string> DatasetHistory::unsaid_extensions(const std::string& stem) const {
  const std::string front = fmt::format("{}.", stem);
  std::vector<std::string> extensions;
  for (auto claim = claims_.lower_bound(front);
       claim != claims_.end() && claim->first.starts_with(front); ++claim) {
    const std::string extension = claim->first.substr(stem.size());
    if (!claim->second.empty() && !extension.contains('/')) {
      extensions.push_back(extension);
    }
  }
  return extensions;
}

// Of any format.
std::vector<const KnownOutput*> DatasetHistory::known_at(const std::string& stem) const {
  std::vector<const KnownOutput*> all;
  for (const OutputFormat format : kWrittenFormats) {
    const auto found = outputs_.find(fmt::format("{}{}", stem, extension_of(format)));
    if (found != outputs_.end()) {
      all.push_back(&found->second);
    }
  }
  return all;
}

const KnownOutput* DatasetHistory::known(const std::string& name) const {
  const auto output = output_of_.find(name);
  if (output == output_of_.end()) {
    return nullptr;
  }
  const auto found = outputs_.find(output->second);
  // Another source may have taken that place since.
  return found == outputs_.end() || found->second.entry.row.source != name ? nullptr
                                                                           : &found->second;
}

}  // namespace albumen
