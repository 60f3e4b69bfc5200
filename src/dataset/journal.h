// SPDX-License-Identifier: Apache-2.0
// What a run writes down of each finished picture, one line each, so that the next run knows what
// is done and still right. Lines, not files: pipeline/ keeps them. Tested by journal_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/identity.h"
#include "core/result.h"
#include "dataset/manifest.h"
#include "files/file.h"

namespace albumen {

/// All that decides whether a picture must be made again.
struct JournalEntry {
  ManifestRow row;
  FileStamp stamp;          ///< of the file, or of the archive
  PictureId picture;        ///< what was read
  Sha256Digest settings;    ///< how it was made
  std::uint64_t bytes = 0;  ///< of the output

  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

/// One line, without its end.
std::string to_journal_line(const JournalEntry& entry);

/// The inverse. Error: Corrupt for any other text, such as the torn last line of a killed run.
Result<JournalEntry> parse_journal_line(std::string_view line);

}  // namespace albumen
