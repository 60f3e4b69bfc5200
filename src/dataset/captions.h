// SPDX-License-Identifier: Apache-2.0
// The words beside a training picture: what the usual tools write, read as bytes that nobody
// vouches for, and what a training set gets. No I/O. Tested by captions_test.cpp; fuzzed by
// fuzz/captions_fuzzer.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace albumen {

/// Longest caption. What trainers read ends after some 225 tokens.
inline constexpr Bytes kCaptionFileLimit = kMiB;
/// Largest JSON or JSONL file with captions of many pictures.
inline constexpr Bytes kCaptionTableLimit = kMiB * 64;

/// One picture's caption in a table for many.
struct CaptionRow {
  std::string picture;  ///< as the table names it: a path, a name, or a stem; never empty
  std::string text;     ///< trimmed; may be empty

  friend bool operator==(const CaptionRow&, const CaptionRow&) = default;
};

/// A whole text file (.txt, .caption) as a caption: without a byte order mark, without white space
/// around it, lines joined by a space. Errors: Corrupt for bytes that are not UTF-8; TooLarge above
/// kCaptionFileLimit.
Result<std::string> read_caption_text(std::span<const std::byte> file);

/// A JSON object by picture, as kohya's scripts write it ({"a/x.jpg": {"caption": ..., "tags":
/// ...}}, also {"x": "words"}), or a list of objects as in the JSON lines below; or one object
/// about one picture ({"caption": ...}, as in WebDataset), whose row has `own_name`. The words are
/// the first of "caption", "text", "tags", "prompt"; with both, tags follow the caption after a
/// comma. Rows without words are left out. Errors: Corrupt for what is no JSON, or nests too deep;
/// TooLarge above kCaptionTableLimit.
Result<std::vector<CaptionRow>> read_caption_json(std::span<const std::byte> file,
                                                  std::string_view own_name);

/// JSON lines: {"file_name": "x.jpg", "text": "..."}; the picture is the first of "file_name",
/// "image_path", "image", "path", "file"; the words as above. Empty lines are skipped. Errors:
/// Corrupt, naming the line; TooLarge above kCaptionTableLimit.
Result<std::vector<CaptionRow>> read_caption_json_lines(std::span<const std::byte> file);

/// The most heap that read_caption_json takes for `file`, its rows included. Linear in `file`.
Bytes caption_json_memory(std::span<const std::byte> file);

/// The same of read_caption_json_lines, which holds one line's values at a time.
Bytes caption_json_lines_memory(std::span<const std::byte> file);

/// What becomes of the captions that pictures come with.
enum class ExistingCaptions : std::uint8_t {
  kKeep,     ///< carried along; who has none gets none
  kFill,     ///< carried along; who has none gets one of the rule's own words
  kReplace,  ///< left behind; everybody gets one of the rule's own words
};

struct CaptionRule {
  std::string trigger_word;  ///< comes first, once: "zwx person, ..."
  std::string prefix;        ///< directly before the caption
  std::string suffix;        ///< directly after it
  ExistingCaptions existing = ExistingCaptions::kKeep;
};

/// The caption that is written for a picture that came with `found` (empty: with none); empty: none
/// is written. A trigger word that `found` has already, between commas, is not said twice.
std::string compose_caption(std::string_view found, const CaptionRule& rule);

}  // namespace albumen
