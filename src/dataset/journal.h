// SPDX-License-Identifier: Apache-2.0
// What a run writes down of each picture, one line before it is made and one after, so that the
// next run knows what is done and still right. Lines, not files: pipeline/ keeps them. Tested by
// journal_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/identity.h"
#include "core/result.h"
#include "core/units.h"
#include "dataset/manifest.h"
#include "files/file.h"

namespace albumen {

/// The folder in a set that is no part of it, with its journal: what runs go on from.
inline constexpr std::string_view kStateFolder = ".albumen-dataset";

/// Longest line that is read. A caption has 1 MiB (kCaptionFileLimit) and what the command line
/// puts around it, at most some 400 KiB; of each byte JSON may make six.
inline constexpr Bytes kLongestJournalLine = kMiB * 12;

/// Of a journal's line that names none.
inline constexpr std::string_view kUsualCaptionExtension = ".txt";

/// All that decides whether a picture must be made again.
struct JournalEntry {
  ManifestRow row;
  FileStamp stamp;          ///< of the file, or of the archive
  PictureId picture;        ///< what was read
  Sha256Digest settings;    ///< how it was made
  std::uint64_t bytes = 0;  ///< of the output
  /// Of the file with row.caption, as text: where that holds these very words, the caption file is
  /// albumen's, and somebody's where it holds others.
  std::string caption_extension{kUsualCaptionExtension};

  friend bool operator==(const JournalEntry&, const JournalEntry&) = default;
};

/// One line, without its end.
std::string to_journal_line(const JournalEntry& entry);

/// The inverse. Error: Corrupt for any other text, such as the torn last line of a killed run, for
/// a line that is longer than kLongestJournalLine or of more values than a run writes, and for one
/// whose output or caption would lie outside the set.
Result<JournalEntry> parse_journal_line(std::string_view line);

/// Said before it is so: the file `output`, as in the row, is this job's, whether or not its entry
/// follows.
struct JournalClaim {
  std::string output;
  /// Of the bytes that it is about to get; nothing where they are not known yet.
  std::optional<Sha256Digest> sha256;

  friend bool operator==(const JournalClaim&, const JournalClaim&) = default;
};

/// One line, without its end.
std::string to_claim_line(const JournalClaim& claim);

/// The inverse. Error: Corrupt for any other text.
Result<JournalClaim> parse_claim_line(std::string_view line);

/// Takes the claim of `output` back: nothing came of it, the file is as it was. One line, without
/// its end.
std::string to_withdrawal_line(const std::string& output);

/// The inverse. Error: Corrupt for any other text.
Result<std::string> parse_withdrawal_line(std::string_view line);

}  // namespace albumen
