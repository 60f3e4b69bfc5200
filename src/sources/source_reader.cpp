// SPDX-License-Identifier: Apache-2.0
#include "sources/source_reader.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <list>
#include <span>
#include <utility>

#include "core/mutex.h"
#include "files/path_text.h"
#include "sources/internal/tar_member.h"
#include "sources/internal/whole_file.h"
#include "sources/internal/zip_member.h"

namespace albumen {
namespace {

// Archives are listed one after the other, so readers are in one, rarely two, at a time.
constexpr std::size_t kOpenArchives = 4;

struct OpenFile {
  FileDescriptor file;
  FileStamp stamp;
};

// Size and modification time only: some network file systems give a new inode at each look.
bool is_as_listed(const FileStamp& now, const SourceEntry& entry) {
  return now.size_bytes == entry.stamp.size_bytes && now.mtime_ns == entry.stamp.mtime_ns;
}

Result<OpenFile> open_as_listed(const SourceEntry& entry) {
  auto file = TRY(open_for_reading(entry.path));
  const FileStamp stamp = TRY(stamp_of(file, entry.path));
  if (!is_as_listed(stamp, entry)) {
    return fail(ErrorCode::kIo, path_to_text(entry.path) + ": changed after it was listed");
  }
  return OpenFile{.file = std::move(file), .stamp = stamp};
}

// A failure inside an archive that is being rewritten is the rewriting's fault: say that instead.
template <class T>
Result<T> unless_changed(Result<T> result, const OpenFile& archive, const std::string& path) {
  TRY(check_unchanged(archive.file, archive.stamp, path));
  return result;
}

bool is_in_tar(const SourceEntry& entry) { return entry.location.format == ArchiveFormat::kTar; }

Result<std::size_t> read_member_head(const FileDescriptor& archive, const SourceEntry& entry,
                                     std::span<std::byte> out) {
  return is_in_tar(entry) ? read_tar_member_head(archive, entry, out)
                          : read_zip_member_head(archive, entry, out);
}

Result<ContentType> member_type(const FileDescriptor& archive, const SourceEntry& entry) {
  if (entry.encoded_size == Bytes{}) {
    return ContentType::kEmpty;
  }
  std::array<std::byte, kSniffBytes> first{};
  const std::size_t given = TRY(read_member_head(archive, entry, first));
  return given == 0 ? ContentType::kUnknown : sniff(std::span{first}.first(given));
}

Result<ByteBuffer> read_member(const FileDescriptor& archive, const SourceEntry& entry,
                               Reservation& job, const StopToken& stop) {
  return is_in_tar(entry) ? read_tar_member(archive, entry, job, stop)
                          : read_zip_member(archive, entry, job, stop);
}

}  // namespace

class SourceReader::State {
 public:
  // Shared by the list and the readers in the middle of it, so that dropping an archive from the
  // list does not close it under them.
  using Archive = std::shared_ptr<const OpenFile>;

  Result<Archive> archive_of(const SourceEntry& entry) {
    if (Archive open = find(entry)) {
      return open;
    }
    // Opened without the lock: a slow disk holds up nobody else. Two threads may both open it.
    Archive opened = std::make_shared<const OpenFile>(TRY(open_as_listed(entry)));
    const MutexLock lock{mutex_};
    archives_.remove_if([&](const auto& known) { return known.first == entry.path; });
    archives_.emplace_front(entry.path, opened);
    if (archives_.size() > kOpenArchives) {
      archives_.pop_back();
    }
    return opened;
  }

  Result<void> check_injected_failure() {
    const MutexLock lock{mutex_};
    if (fail_in_ == 0) {
      return {};
    }
    --fail_in_;
    if (fail_in_ > 0) {
      return {};
    }
    return fail(ErrorCode::kIo, "reading failed as a test asked");
  }

  void fail_nth(std::uint64_t n) {
    const MutexLock lock{mutex_};
    fail_in_ = n;
  }

 private:
  // The open archive of `entry`, moved to the front; null when it is not open, or is an older file
  // than the one that was listed.
  Archive find(const SourceEntry& entry) {
    const MutexLock lock{mutex_};
    const auto found = std::ranges::find_if(
        archives_, [&](const auto& known) { return known.first == entry.path; });
    if (found == archives_.end() || !is_as_listed(found->second->stamp, entry)) {
      return nullptr;
    }
    archives_.splice(archives_.begin(), archives_, found);
    return found->second;
  }

  Mutex mutex_;
  std::list<std::pair<std::string, Archive>> archives_ GUARDED_BY(mutex_);  // latest used first
  std::uint64_t fail_in_ GUARDED_BY(mutex_) = 0;
};

SourceReader::SourceReader() : state_(std::make_unique<State>()) {}

SourceReader::~SourceReader() = default;

Result<ContentType> SourceReader::content_type(const SourceEntry& entry) {
  if (entry.is_member()) {
    const auto archive = TRY(state_->archive_of(entry));
    return unless_changed(member_type(archive->file, entry), *archive, entry.path);
  }
  const auto open = TRY(open_as_listed(entry));
  return unless_changed(type_of(open.file, open.stamp.size_bytes, entry.path), open, entry.path);
}

Result<EncodedImage> SourceReader::read_head(const SourceEntry& entry, Bytes most,
                                             Reservation& job) {
  TRY_CONTEXT(state_->check_injected_failure(), entry.name());
  const auto size = static_cast<std::size_t>(std::min(most, entry.encoded_size).count());
  EncodedImage head{.name = entry.name(), .bytes = {}, .stamp = entry.stamp};
  if (entry.is_member()) {
    const auto archive = TRY(state_->archive_of(entry));
    auto bytes = TRY(ByteBuffer::allocate(job, MemoryTag::kEncoded, size));
    const std::size_t given = TRY(unless_changed(
        read_member_head(archive->file, entry, bytes.bytes()), *archive, entry.path));
    if (given < size) {
      return fail(ErrorCode::kCorrupt, entry.name() + ": its compressed data are damaged");
    }
    head.bytes = std::move(bytes);
    return head;
  }
  const auto open = TRY(open_as_listed(entry));
  head.bytes = TRY(ByteBuffer::allocate(job, MemoryTag::kEncoded, size));
  TRY(unless_changed(read_exactly(open.file, 0, head.bytes.bytes(), entry.path), open, entry.path));
  return head;
}

Result<EncodedImage> SourceReader::read(const SourceEntry& entry, Reservation& job,
                                        const StopToken& stop) {
  TRY_CONTEXT(state_->check_injected_failure(), entry.name());
  if (entry.is_member()) {
    const auto archive = TRY(state_->archive_of(entry));
    auto bytes =
        TRY(unless_changed(read_member(archive->file, entry, job, stop), *archive, entry.path));
    return EncodedImage{.name = entry.name(), .bytes = std::move(bytes), .stamp = archive->stamp};
  }
  const auto open = TRY(open_as_listed(entry));
  auto bytes = TRY(read_whole_file(open.file, open.stamp, entry.path, job, stop));
  return EncodedImage{.name = entry.name(), .bytes = std::move(bytes), .stamp = open.stamp};
}

Result<void> SourceReader::read_in_pieces(const SourceEntry& entry, const TakeBytes& take) {
  TRY_CONTEXT(state_->check_injected_failure(), entry.name());
  if (!entry.is_member() || is_in_tar(entry)) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("{}: is no member of a ZIP, which alone are read in pieces", entry.name()));
  }
  const auto archive = TRY(state_->archive_of(entry));
  return unless_changed(read_zip_member_in_pieces(archive->file, entry, take), *archive,
                        entry.path);
}

void SourceReader::fail_nth_for_testing(std::uint64_t n) { state_->fail_nth(n); }

}  // namespace albumen
