// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_archive.h"

#include <algorithm>
#include <filesystem>
#include <fmt/core.h>
#include <string_view>
#include <utility>

#include "archive/archive_writer.h"
#include "dataset/caption_index.h"
#include "encode/byte_sink.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/sha256.h"
#include "pipeline/internal/dataset_history.h"

namespace albumen {
namespace {

namespace fs = std::filesystem;

// Read twice: once for what an archive says of it in front, once for its bytes.
class CheckedFile {
 public:
  static Result<CheckedFile> open(const std::string& path) {
    CheckedFile file;
    file.path_ = path;
    file.file_ = TRY(open_for_reading(path));
    file.size_ = TRY(stamp_of(file.file_, path)).size_bytes;
    Sha256 hash;
    TRY(file.read([&](std::span<const std::byte> bytes) -> Result<void> {
      hash.update(bytes);
      file.crc32_ = crc32_onward(file.crc32_, bytes);
      return {};
    }));
    file.sha256_ = hash.finish();
    return file;
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }

  [[nodiscard]] std::uint32_t crc32() const { return crc32_; }

  [[nodiscard]] const Sha256Digest& sha256() const { return sha256_; }

  Result<void> put_into(ArchiveWriter& archive, std::string_view name) const {
    TRY(archive.begin({.name = name, .size = size_, .crc32 = crc32_}));
    return read([&](std::span<const std::byte> bytes) { return archive.write(bytes); });
  }

 private:
  template <class Take>
  Result<void> read(const Take& take) const {
    constexpr std::uint64_t kBlock = 1U << 18;
    std::vector<std::byte> block(static_cast<std::size_t>(std::min(kBlock, size_)));
    for (std::uint64_t done = 0; done < size_;) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, size_ - done));
      const std::span piece = std::span{block}.first(count);
      TRY(read_exactly(file_, done, piece, path_));
      TRY(take(piece));
      done += count;
    }
    return {};
  }

  std::string path_;
  FileDescriptor file_;
  std::uint64_t size_ = 0;
  std::uint32_t crc32_ = 0;
  Sha256Digest sha256_;
};

// Compares what would be packed with the archive that is there, member by member.
class ArchiveComparison {
 public:
  explicit ArchiveComparison(const FinishedArchive& before) : before_(before) {}

  Result<void> picture(const std::string& name, const JournalEntry& entry) {
    const ArchivedMember* const member = next(name);
    is_same_ = is_same_ && before_.find(entry) == member;
    return {};
  }

  Result<void> caption(const std::string& name, std::string_view text) {
    compare(next(name), text.size(), crc32_onward(0, std::as_bytes(std::span{text})));
    return {};
  }

  Result<void> file(std::string_view name, const std::string& path) {
    const ArchivedMember* const member = next(name);
    if (is_same_) {
      const CheckedFile file = TRY(CheckedFile::open(path));
      compare(member, file.size(), file.crc32());
    }
    return {};
  }

  [[nodiscard]] bool is_same() const { return is_same_ && next_ == before_.members().size(); }

 private:
  // The next member, where it has the name.
  const ArchivedMember* next(std::string_view name) {
    const std::vector<ArchivedMember>& members = before_.members();
    is_same_ = is_same_ && next_ < members.size() && members[next_].name == name;
    return is_same_ ? &members[next_++] : nullptr;
  }

  void compare(const ArchivedMember* member, std::uint64_t size, std::uint32_t crc32) {
    is_same_ = is_same_ && member->size() == size && member->location.crc32 == crc32;
  }

  const FinishedArchive& before_;  // outlives this
  std::size_t next_ = 0;
  bool is_same_ = true;
};

// Packs from the archive before what that has, and the rest from the folder.
class Packing {
 public:
  Packing(const ArchiveJob& job, ArchiveWriter& archive, const StopToken& stop)
      : job_(job), archive_(archive), stop_(stop) {}

  Result<void> picture(const std::string& name, const JournalEntry& entry) {
    TRY(check_stop(stop_));
    if (const ArchivedMember* const member = job_.before.find(entry)) {
      TRY(take_over(*member));
    } else {
      TRY(pack(name, entry));
    }
    ++job_.environment.progress.archived;
    return {};
  }

  Result<void> caption(const std::string& name, std::string_view text) {
    return archive_.add(name, std::as_bytes(std::span{text}));
  }

  Result<void> file(std::string_view name, const std::string& path) {
    const CheckedFile file = TRY(CheckedFile::open(path));
    return file.put_into(archive_, name);
  }

 private:
  Result<void> take_over(const ArchivedMember& member) {
    TRY(archive_.begin(
        {.name = member.name, .size = member.size(), .crc32 = member.location.crc32}));
    Result<void> passed_on;
    const auto pass_on = [&](std::span<const std::byte> bytes) -> Result<void> {
      passed_on = check_stop(stop_);
      if (passed_on) {
        passed_on = archive_.write(bytes);
      }
      return passed_on;
    };
    auto read = job_.before.read(member, job_.environment.reader, pass_on);
    TRY(std::move(passed_on));  // a full disk is not the former archive's fault
    TRY_CONTEXT(std::move(read), "taking over a picture (without the archive, all are made anew)");
    return {};
  }

  Result<void> pack(const std::string& name, const JournalEntry& entry) {
    const std::string path = fmt::format("{}/{}", job_.request.directory, name);
    const CheckedFile file = TRY(CheckedFile::open(path));
    if (entry.row.sha256 != file.sha256()) {
      return fail(ErrorCode::kIo,
                  fmt::format("{}: changed after it was written; the next run makes it again",
                              path_to_text(path)));
    }
    return file.put_into(archive_, name);
  }

  const ArchiveJob& job_;  // outlives this, as the next
  ArchiveWriter& archive_;
  StopToken stop_;
};

// Where the journal of the archive lies until it is packed: the folder's own goes on meanwhile.
std::string journal_to_pack(const ArchiveJob& job) {
  return fmt::format("{}/{}/archived.jsonl", job.request.directory, kStateFolder);
}

// Calls `visitor` for every member of the archive, in its order.
template <class Visitor>
Result<void> visit_members(const ArchiveJob& job, Visitor& visitor) {
  for (const JournalEntry& entry : job.entries) {
    const std::string name = TRY(path_from_text(entry.row.output));
    TRY(visitor.picture(name, entry));
    if (!entry.row.caption.empty()) {
      const std::string extension = TRY(path_from_text(entry.caption_extension));
      TRY(visitor.caption(fmt::format("{}{}", without_extension(name), extension),
                          entry.row.caption));
    }
  }
  TRY(visitor.file(kManifestName, fmt::format("{}/{}", job.request.directory, kManifestName)));
  return visitor.file(kArchivedJournal, journal_to_pack(job));
}

Result<void> write_journal_to_pack(const ArchiveJob& job) {
  auto file = TRY(AtomicFile::create(journal_to_pack(job)));
  for (const JournalEntry& entry : job.entries) {
    TRY(file.write(fmt::format("{}\n", to_journal_line(entry))));
  }
  return file.commit_unsynced();
}

Result<void> pack(const ArchiveJob& job, const StopToken& stop) {
  auto file =
      TRY(AtomicFile::create_in(growing_folder(job.request.directory), job.request.archive));
  FileSink sink{file};
  ArchiveWriter archive{sink};
  Packing packing{job, archive, stop};
  TRY(visit_members(job, packing));
  TRY(archive.finish());
  TRY(check_stop(stop));
  return file.commit();
}

// What cannot be removed stays, and the next run tries again. What says that the folder is
// albumen's goes last.
void remove_part(const std::string& part) {
  std::error_code ignored;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator{part, ignored}) {
    if (entry.path().filename() != kStateFolder) {
      paths.push_back(entry.path());
    }
  }
  for (const fs::path& path : paths) {
    fs::remove_all(path, ignored);
  }
  fs::remove_all(fs::path{part} / kStateFolder, ignored);
  fs::remove(part, ignored);
}

Result<void> check_part(const std::string& part) {
  std::error_code ignored;
  const bool is_empty = fs::directory_iterator{part, ignored} == fs::directory_iterator{};
  if (!is_empty && !fs::is_directory(fs::path{part} / kStateFolder, ignored)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}: the set is to grow there, but albumen did not make it",
                            path_to_text(part)));
  }
  return {};
}

}  // namespace

DatasetRequest request_in_part(const DatasetRequest& request) {
  DatasetRequest inside = request;
  inside.directory = fmt::format("{}.part", request.archive);
  inside.overwrite = true;
  return inside;
}

Result<FinishedArchive> open_finished_archive(const DatasetRequest& request, SourceReader& reader,
                                              const StopToken& stop) {
  TRY(check_part(request_in_part(request).directory));
  auto archive = FinishedArchive::open(request.archive, reader, stop);
  if (!archive) {
    const ErrorCode code = archive.error().code;
    const bool is_replaced = code == ErrorCode::kInvalidArgument && request.overwrite;
    if (code == ErrorCode::kNotFound || is_replaced) {
      return FinishedArchive{};
    }
  }
  return archive;
}

void tell_as_archived(std::vector<ManifestRow>& rows, std::vector<JournalEntry>& entries) {
  const auto tell = [](ManifestRow& row) {
    if (row.status == MemberStatus::kUnchanged) {
      row.status = MemberStatus::kWritten;
    }
  };
  for (ManifestRow& row : rows) {
    tell(row);
  }
  for (JournalEntry& entry : entries) {
    tell(entry.row);
  }
}

Result<void> write_archive(const ArchiveJob& job, const StopToken& stop) {
  if (job.entries.empty()) {
    return {};
  }
  const StageTimer timer{job.environment.clock, Stage::kWrite};
  TRY(write_journal_to_pack(job));
  ArchiveComparison comparison{job.before};
  TRY(visit_members(job, comparison));
  if (!comparison.is_same()) {
    job.environment.progress.to_archive = job.entries.size();
    TRY(pack(job, stop));
  }
  remove_part(job.request.directory);
  return {};
}

}  // namespace albumen
