// SPDX-License-Identifier: Apache-2.0
// What a library knows of every file, in memory, so that a run over unchanged files asks the
// database nothing and writes nothing. About 90 bytes a file (64 and its name, its index slot and
// a share of its folder's name), paid by the budget. Tested by known_files_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/content_type.h"
#include "core/error.h"
#include "core/result.h"
#include "core/units.h"
#include "files/file.h"
#include "govern/budget.h"

namespace albumen {

/// Bit i speaks of the ith analyzer of the list that was asked with.
using AnalyzerMask = std::uint16_t;

inline constexpr std::size_t kMaxAnalyzers = 16;

/// All of the first `count` analyzers. REQUIRES: count <= kMaxAnalyzers.
constexpr AnalyzerMask all_analyzers(std::size_t count) {
  return static_cast<AnalyzerMask>((1U << count) - 1U);
}

/// What the last visit of a file left behind.
struct KnownFile {
  FileStamp stamp;
  bool is_picture = false;  ///< it was decoded
  ContentType content_type = ContentType::kUnknown;
  bool missing = false;       ///< it had vanished at the last scan
  AnalyzerMask done = 0;      ///< findings that are there, of a picture that would be accepted
  AnalyzerMask given_up = 0;  ///< analyzers that would fail again on it, likewise
  /// Why the whole file failed. A failure found by another version of the program, which may do
  /// better, or under a stricter KnownFilesQuery::keep_truncated_percent is RetryPolicy::kNextRun
  /// here.
  std::optional<ErrorCode> failure;
  RetryPolicy retry = RetryPolicy::kWhenInputChanges;

  /// True when a file that now has `now` needs no visit for the analyzers of `wanted`.
  [[nodiscard]] bool settled(const FileStamp& now, AnalyzerMask wanted) const;

  /// True when its last visit ended in a failure: of the whole file, or of an analyzer of `wanted`
  /// that still has no finding. A settled file that failed is not tried again.
  [[nodiscard]] bool failed(AnalyzerMask wanted) const;
};

/// Stands for one row of `files` for as long as the library is open; means nothing outside.
using FileToken = std::int64_t;

/// The extent of a scan, for telling which files have vanished. Paths are bytes without a slash at
/// the end (except "/").
struct ScanScope {
  /// Files and folders that were listed to their end.
  std::vector<std::string> roots;
  /// Files and folders below them that were not looked into (unreadable, excluded, an archive that
  /// is unchanged): what they held counts as seen.
  std::vector<std::string> kept;
};

/// What a scan found out about files that it need not visit.
struct ScanChanges {
  std::vector<FileToken> vanished;  ///< below the roots, not seen, not yet marked missing
  std::vector<FileToken> returned;  ///< seen, marked missing
};

/// A snapshot. Immutable but for the marks of `see`; those may be set from any thread.
class KnownFiles {
 public:
  /// An upper bound of the memory for `files` files whose paths and members have `name_bytes` in
  /// sum.
  static Bytes predicted_bytes(std::uint64_t files, std::uint64_t name_bytes);

  KnownFiles() = default;
  /// Room for `files` files; `reservation` pays for it.
  KnownFiles(Reservation reservation, std::size_t files, std::size_t name_bytes);

  /// Adds a file that is not in it. Errors: TooLarge for a path, a member or a sum of names beyond
  /// any real system's limits. Not concurrently with anything else.
  Result<void> add(std::string_view path, std::string_view member, FileToken token,
                   const KnownFile& file);

  /// Gives back what the prediction reserved too much. After the last `add`.
  void settle_reservation();

  [[nodiscard]] std::optional<KnownFile> find(std::string_view path, std::string_view member) const;

  /// `find`, and remembers that the file is still there.
  std::optional<KnownFile> see(std::string_view path, std::string_view member);

  /// Compares the marks of `see` with `scope`. After the last `see`.
  [[nodiscard]] ScanChanges changes(const ScanScope& scope) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  [[nodiscard]] Bytes memory() const;

 private:
  struct Directory {
    std::uint32_t offset;  // into names_
    std::uint32_t length;
  };

  struct Entry {
    FileStamp stamp;
    FileToken token;
    std::uint32_t directory;
    std::uint32_t name_offset;  // into names_: the name, then the member
    std::uint16_t name_length;
    std::uint16_t member_length;
    AnalyzerMask done;
    AnalyzerMask given_up;
    std::uint8_t failure;  // ErrorCode, or kNoFailure
    RetryPolicy retry;
    ContentType content_type;
    std::uint8_t flags;
    std::uint8_t seen;  // by atomic_ref while `see` may run
  };

  [[nodiscard]] std::string_view text(std::uint32_t offset, std::uint32_t length) const;
  [[nodiscard]] std::optional<std::uint32_t> find_directory(std::string_view path) const;
  Result<std::uint32_t> intern_directory(std::string_view path);
  Result<std::uint32_t> append(std::string_view text);
  [[nodiscard]] std::optional<std::uint32_t> find_entry(std::string_view path,
                                                        std::string_view member) const;
  [[nodiscard]] KnownFile unpack(const Entry& entry) const;
  [[nodiscard]] std::string path_of(const Entry& entry) const;

  Reservation reservation_;
  std::vector<char> names_;
  std::vector<Directory> directories_;
  std::vector<Entry> entries_;
  // Open addressing, powers of two, linear probing; 0 is empty, else index + 1.
  std::vector<std::uint32_t> directory_slots_;
  std::vector<std::uint32_t> entry_slots_;
};

}  // namespace albumen
