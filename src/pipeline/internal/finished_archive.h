// SPDX-License-Identifier: Apache-2.0
// The archive that an earlier run of a dataset left: what it holds, so that what is unchanged is
// taken over instead of being made again. Tested by dataset_archive_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "core/result.h"
#include "core/stop.h"
#include "dataset/journal.h"
#include "sources/source.h"
#include "sources/source_reader.h"

namespace albumen {

/// The last member of every archive of a dataset, by which the next run knows what it holds.
inline constexpr std::string_view kArchivedJournal = ".albumen-dataset/journal.jsonl";

struct ArchivedMember {
  std::string name;  ///< bytes
  MemberLocation location;

  [[nodiscard]] std::uint64_t size() const { return location.stored_bytes; }
};

/// Constant once open: any thread. Memory beside the budget: some 250 bytes a member.
class FinishedArchive {
 public:
  /// One without members, where there is no archive yet.
  FinishedArchive() = default;

  /// Errors: NotFound; InvalidArgument for a file that no run left, or one that is damaged, or
  /// whose pictures or captions are not what its journal says: somebody changed those since;
  /// Unsupported for what is no file; Io; Cancelled.
  static Result<FinishedArchive> open(const std::string& path, SourceReader& reader,
                                      const StopToken& stop);

  /// In the order of the archive.
  [[nodiscard]] const std::vector<ArchivedMember>& members() const { return members_; }

  /// Its journal, line by line.
  [[nodiscard]] const std::string& journal() const { return journal_; }

  /// The member with exactly the output of `entry`; null: there is none.
  [[nodiscard]] const ArchivedMember* find(const JournalEntry& entry) const;

  /// The bytes of `member` to `take`, as SourceReader::read_in_pieces, with its errors.
  Result<void> read(const ArchivedMember& member, SourceReader& reader,
                    const TakeBytes& take) const;

 private:
  struct Picture {
    Sha256Digest sha256;
    std::size_t member = 0;
  };

  Result<void> load(SourceReader& reader, const StopToken& stop);
  Result<void> index_pictures();
  [[nodiscard]] SourceEntry entry_of(const ArchivedMember& member) const;

  std::string path_;
  FileStamp stamp_;
  std::vector<ArchivedMember> members_;
  std::string journal_;
  std::map<std::string, Picture> pictures_;  // by output, as the journal writes it
};

}  // namespace albumen
