// SPDX-License-Identifier: Apache-2.0
// What a listing of sources yields: entries to read, problems that become failure rows, skips that
// are counted; and the limits under which archives are listed. Tested by source_lister_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/result.h"
#include "core/units.h"
#include "files/file.h"

namespace albumen {

/// Limits against archive bombs. A member or archive beyond one is a problem (TooLarge) that names
/// the limit. Nothing is ever extracted to disk, so these bound memory and work only.
struct ArchiveLimits {
  /// Of one archive, by its end record, or counted. Also bounds the memory of a listing, see
  /// `listing_bytes`.
  std::uint64_t max_members = 1'000'000;
  /// Claimed inflated size of one member.
  Bytes max_member = kGiB * 2;
  /// Claimed inflated size of all members of one archive together.
  Bytes max_total = kGiB * 4096;
  /// Inflated size over stored size of one member. Deflate reaches 1032; compressed pictures stay
  /// near 1, blank uncompressed ones come near 1000 and are the price of the limit.
  std::uint64_t max_ratio = 200;
  /// Members up to this inflated size are never refused for their ratio.
  Bytes ratio_floor = kMiB;

  /// The most memory that listing one archive takes outside the budget: for each member the place
  /// of its header (ZIP only) and a hash of its name, both 8 bytes, and one read-ahead buffer. Only
  /// one archive is listed at a time. The headers of one member of a tar add 4 MiB at most.
  [[nodiscard]] Bytes listing_bytes() const { return Bytes{max_members} * 16 + kMiB * 4; }
};

/// What becomes of a folder with kExportMark in it that is a source itself.
enum class NamedExports : std::uint8_t {
  kPictures,  ///< its pictures are listed, its contact sheets left out
  kLeaveOut,  ///< as everywhere below a source
};

struct SourceOptions {
  /// Globs (fnmatch: `*` also matches `/`), matched against the path relative to its source and
  /// against the last name; for archive members against the member's name likewise. An excluded
  /// folder is not entered. A folder named as a source is never excluded itself.
  std::vector<std::string> excludes;
  ArchiveLimits archive_limits;
  NamedExports named_exports = NamedExports::kPictures;
};

/// A folder with a file of this name in it was written by an export of people. It is left out below
/// a source: its pictures are those that the export was made from.
inline constexpr std::string_view kExportMark = ".albumen-export";

/// Names of contact sheets in such a folder begin and end so.
inline constexpr std::string_view kSheetStem = "contact-sheet";
inline constexpr std::string_view kSheetSuffix = ".png";

enum class ArchiveFormat : std::uint8_t { kZip, kTar };

/// How a member's bytes are kept in its archive.
enum class MemberCoding : std::uint8_t { kStored, kDeflated };

/// Where a member lies in its archive, by the central directory of a ZIP or the headers of a tar.
/// Meaningless for plain files.
struct MemberLocation {
  ArchiveFormat format = ArchiveFormat::kZip;
  std::uint64_t index = 0;  ///< among the members of the archive, from 0
  /// Of the local header, from the start of the archive. In a tar of the first header that is about
  /// this member: a long name has headers of its own.
  std::uint64_t header_offset = 0;
  std::uint64_t data_offset = 0;   ///< in a tar; in a ZIP only the local header knows: 0
  std::uint64_t end_limit = 0;     ///< the next thing in the archive begins here, or later
  std::uint64_t stored_bytes = 0;  ///< as kept, before inflating
  /// Of the inflated bytes. In a tar, which has no checksum of them, of the headers about it.
  std::uint32_t crc32 = 0;
  MemberCoding coding = MemberCoding::kStored;
};

/// Something to read: a file, or a member of an archive. Its content is unknown as yet: it may be
/// no picture.
struct SourceEntry {
  std::string path;    ///< bytes; absolute, lexically normal; of the archive for members
  std::string member;  ///< bytes of the name in the archive; empty for plain files
  FileStamp stamp;     ///< of the file, or of the archive
  Bytes encoded_size;  ///< of the file, or of the inflated member
  MemberLocation location;

  [[nodiscard]] bool is_member() const { return !member.empty(); }

  /// For people and messages: the path as text, "a.zip!member" for members.
  [[nodiscard]] std::string name() const;

  /// What SourceReader::read takes out of the job's reservation at its peak. Afterwards only
  /// `encoded_size` of it stays with the EncodedImage, the rest is back in the reservation.
  [[nodiscard]] Bytes reading_bytes() const;
};

/// Something that was asked for and cannot be listed: becomes a failure row.
struct SourceProblem {
  std::string path;
  std::string member;  ///< of a name that is refused for its length, the beginning: 4096 bytes
  Error error;
};

/// Why albumen leaves out what it made itself, and what its user does not want: reasons of a skip
/// that say nothing about the user's files.
inline constexpr std::string_view kOwnFolderReason = "albumen's own folder";
inline constexpr std::string_view kExportReason = "written by albumen people export";
inline constexpr std::string_view kSheetReason = "contact sheet of albumen people export";
inline constexpr std::string_view kExcludedReason = "excluded";

/// Something that is left out on purpose: counted by reason.
struct SourceSkip {
  std::string path;
  std::string member;
  std::string reason;  ///< one of few fixed texts: "hidden", kExcludedReason, ...
};

using SourceEvent = std::variant<SourceEntry, SourceProblem, SourceSkip>;

/// Called with bytes in their order; an error ends what gives them.
using TakeBytes = std::function<Result<void>(std::span<const std::byte>)>;

/// "a.zip!member", or the path alone when `member` is empty; both as text.
std::string source_name(const std::string& path, const std::string& member);

}  // namespace albumen
