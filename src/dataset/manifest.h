// SPDX-License-Identifier: Apache-2.0
// What became of every member of the sources: the rows of manifest.jsonl. Tested by
// manifest_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/geometry.h"
#include "core/identity.h"
#include "core/result.h"

namespace albumen {

/// The manifest's name in its set.
inline constexpr std::string_view kManifestName = "manifest.jsonl";

enum class MemberStatus : std::uint8_t {
  kWritten,
  kUnchanged,  ///< written by an earlier run, and still what this run would write
  kSkipped,    ///< no picture, or left out on purpose
  kFailed,
  kPlanned,  ///< only in the rows of a dry run: it would be written
};

std::string_view name_of(MemberStatus status);

/// Names are text: bytes that are no UTF-8 as in path_to_text.
struct ManifestRow {
  std::string source;  ///< "/photos/a.jpg", "/photos/b.zip!x.jpg"
  MemberStatus status = MemberStatus::kSkipped;
  std::string code;    ///< of the failure, or empty
  std::string reason;  ///< of the failure or skip, or empty
  std::string output;  ///< relative to the set; empty: nothing was written
  std::string format;  ///< "png", "jpeg", "webp"; empty with `output`
  Size size;           ///< of the output, in pixels; empty where there is none
  std::string caption;
  std::string caption_source;  ///< name of the file it came from; empty: none did
  std::uint32_t repeats = 1;
  std::string concept_name;
  std::string level;                   ///< of quality, where memory was short; empty: as asked
  std::optional<Sha256Digest> sha256;  ///< of the output's bytes
  std::string note;  ///< what the output was made from, where that is not plain; or empty

  friend bool operator==(const ManifestRow&, const ManifestRow&) = default;
};

/// What `note` says of a damaged picture that was kept although only this share of it, from 0 to 1,
/// was there.
std::string damage_note(float complete);

/// Whether `row` has such a note, among others.
bool tells_damage(const ManifestRow& row);

/// One JSON object without a line break. What is not known is null.
std::string to_json_line(const ManifestRow& row);

/// The inverse. Error: Corrupt for what to_json_line never writes.
Result<ManifestRow> parse_manifest_row(std::string_view line);

}  // namespace albumen
