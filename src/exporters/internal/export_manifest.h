// SPDX-License-Identifier: Apache-2.0
// What an export wrote into one person's folder, as the mark of that folder keeps it
// (docs/formats/export.md). It may come from anywhere: nothing in it is believed that is not
// checked again where it matters. Tested by export_manifest_test.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "core/result.h"

namespace albumen {

/// How a file came into the folder, and thereby how it is known again.
enum class ExportedKind : std::uint8_t { kCopy, kHardLink, kSymlink, kSheet };

struct ExportedFile {
  ExportedKind kind = ExportedKind::kCopy;
  std::string name;    ///< in the folder, bytes: no '/', never ".", ".." or of albumen's own
  std::string source;  ///< path of the original, bytes, of the archive for a member; sheets: empty
  std::optional<Sha256Digest> digest;  ///< copies and sheets

  friend bool operator==(const ExportedFile&, const ExportedFile&) = default;
};

struct ExportManifest {
  std::string library;  ///< whose people these are: its path, bytes, links followed
  std::string person;   ///< id
  std::string folder;   ///< its name; that of a copy that somebody made is another
  std::vector<ExportedFile> files;

  friend bool operator==(const ExportManifest&, const ExportManifest&) = default;
};

/// Whether a file of a person's folder is neither picture nor sheet: the mark, or what somebody who
/// was killed left of a file that did not get its name yet.
bool is_own_file(std::string_view name);

/// The mark's text. Files of which parse_manifest would not take the name are left out.
std::string to_text(const ExportManifest& manifest);

/// Nothing for a text with a line that `to_text` does not write.
std::optional<ExportManifest> parse_manifest(std::string_view text);

/// Nothing where `folder` (itself no link) has no mark, or one that is no regular file, has more
/// than 64 MiB, or is not parsed.
std::optional<ExportManifest> read_manifest(const std::string& folder);

/// Puts the mark in `folder` in place of the one there, whole or not at all. Error: Io.
Result<void> write_manifest(const std::string& folder, const ExportManifest& manifest);

}  // namespace albumen
