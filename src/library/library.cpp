// SPDX-License-Identifier: Apache-2.0
#include "library/library.h"

#include <cerrno>
#include <cstdlib>
#include <fmt/core.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "files/path_text.h"
#include "library/internal/database.h"
#include "library/internal/library_parts.h"
#include "library/internal/readers.h"
#include "library/internal/row_writer.h"
#include "library/internal/schema.h"

namespace albumen {
namespace {

using store::Access;
using store::Connection;

// Pages that the writer keeps in memory, in KiB: the index of random picture ids stays there up to
// some hundred thousand pictures. Readers use SQLite's default of 2 MB.
constexpr int kWriterCacheKib = 16 * 1024;

// The write-ahead log is folded into the file at about this many pages (16 MiB), and cut back to
// this size when it grew beyond it because a reader held it.
constexpr int kCheckpointPages = 4096;
constexpr int kLogBytesKept = 64 << 20;

Result<std::string> resolved(const std::string& path) {
  struct Free {
    // NOLINTNEXTLINE(cppcoreguidelines-owning-memory): from realpath
    void operator()(char* text) const { std::free(text); }
  };

  const std::unique_ptr<char, Free> real{::realpath(path.c_str(), nullptr)};
  if (!real) {
    const int error = errno;
    const auto code =
        error == ENOENT || error == ENOTDIR ? ErrorCode::kNotFound : ErrorCode::kStoreFailed;
    return fail(code,
                fmt::format("{}: {}", path_to_text(path), std::generic_category().message(error)));
  }
  return std::string{real.get()};
}

// The absolute path of a library that need not exist yet, in a folder that must.
Result<std::string> resolve_for_writing(const std::string& path) {
  if (auto existing = resolved(path)) {
    return existing;
  }
  const std::string folder{folder_of(path)};
  const std::string name{last_component(path)};
  if (name.empty()) {
    return fail(ErrorCode::kInvalidArgument, "the path of a library is empty");
  }
  auto real_folder = resolved(folder);
  if (!real_folder) {
    return fail(ErrorCode::kStoreFailed, fmt::format("{}: the library cannot be made: no folder {}",
                                                     path_to_text(path), path_to_text(folder)));
  }
  return *real_folder == "/" ? "/" + name : *real_folder + "/" + name;
}

Result<void> refuse_what_is_no_file(const std::string& path) {
  struct stat status{};

  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    return fail(ErrorCode::kStoreFailed,
                path_to_text(path) + ": is not a file, so it is no library");
  }
  return {};
}

Result<void> refuse_what_is_read_only(const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0 && ::access(path.c_str(), W_OK) != 0) {
    return fail(ErrorCode::kStoreFailed,
                path_to_text(path) + ": the library cannot be written: the file is read-only");
  }
  return {};
}

// SQLite reads a WAL database only where it can make files beside it, unless it is told that
// nothing will change. Without a log there, and no way to make one here, nothing does.
Access access_for_reading(const std::string& path) {
  const std::string folder{folder_of(path)};
  const bool folder_is_writable = ::access(folder.c_str(), W_OK) == 0;
  struct stat log{};

  const bool has_log = ::stat((path + "-wal").c_str(), &log) == 0 && log.st_size > 0;
  return folder_is_writable || has_log ? Access::kReadOnly : Access::kReadOnlyImmutable;
}

Result<std::unique_ptr<Connection>> open_writing_connection(const std::string& path,
                                                            const OpenOptions& options) {
  auto connection = TRY(Connection::open(path, Access::kReadWriteCreate));
  TRY(store::bring_up_to_date(*connection, store::current_schema()));
  const char* synchronous = options.durability == Durability::kPowerCut ? "FULL" : "NORMAL";
  TRY(connection->execute(fmt::format(
      "PRAGMA synchronous = {}; PRAGMA cache_size = -{}; PRAGMA wal_autocheckpoint = {}; "
      "PRAGMA journal_size_limit = {};",
      synchronous, kWriterCacheKib, kCheckpointPages, kLogBytesKept)));
  if (options.page_limit_for_testing > 0) {
    TRY(connection->execute(
        fmt::format("PRAGMA max_page_count = {};", options.page_limit_for_testing)));
  }
  TRY(store::RowWriter{*connection}.prepare());
  return connection;
}

Result<LockFile> acquire_lock(const std::string& path, const OpenOptions& options) {
  auto lock = LockFile::acquire(path + ".lock", options.command,
                                {.at_most = options.wait_for_lock, .stop = options.stop});
  if (!lock && lock.error().code == ErrorCode::kIo) {
    lock.error().code = ErrorCode::kStoreFailed;
  }
  return lock;
}

Result<std::unique_ptr<Library>> open_for_writing(const std::string& path,
                                                  const OpenOptions& options) {
  const std::string real_path = TRY(resolve_for_writing(path));
  TRY(refuse_what_is_no_file(real_path));
  TRY(refuse_what_is_read_only(real_path));
  auto lock = TRY_CONTEXT(acquire_lock(real_path, options), path_to_text(real_path));
  auto connection = TRY(open_writing_connection(real_path, options));
  Library::Parts parts{.path = real_path, .lock = std::move(lock)};
  parts.readers = std::make_unique<store::ReaderPool>(real_path, Access::kReadOnly);
  parts.writer = std::make_unique<LibraryWriter>(std::move(connection));
  return std::make_unique<Library>(std::move(parts));
}

Result<std::unique_ptr<Library>> open_for_reading_only(const std::string& path) {
  const std::string real_path = TRY_CONTEXT(resolved(path), "no library");
  TRY(refuse_what_is_no_file(real_path));
  Library::Parts parts{.path = real_path};
  parts.readers = std::make_unique<store::ReaderPool>(real_path, access_for_reading(real_path));
  {
    const auto lease = TRY(parts.readers->lease());
    TRY(store::check_version(*lease, store::current_schema()));
  }
  return std::make_unique<Library>(std::move(parts));
}

}  // namespace

Result<std::unique_ptr<Library>> Library::open(const std::string& path,
                                               const OpenOptions& options) {
  return options.mode == LibraryMode::kWrite ? open_for_writing(path, options)
                                             : open_for_reading_only(path);
}

Library::Library(Parts parts) : parts_(std::make_unique<Parts>(std::move(parts))) {}

Library::~Library() {
  // The connection that is closed last folds the log into the file, which only the writer may do.
  parts_->readers->close_idle();
  parts_->writer.reset();
}

const std::string& Library::path() const { return parts_->path; }

Result<LibraryWriter*> Library::writer() {
  if (!parts_->writer) {
    return fail(ErrorCode::kInvalidArgument,
                path_to_text(parts_->path) + ": was opened for reading");
  }
  return parts_->writer.get();
}

Result<KnownFiles> Library::load_known_files(const KnownFilesQuery& query, Budget& budget) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::load_known_files(*lease, query, budget);
}

Result<KnownPicture> Library::known_picture(const PictureId& picture,
                                            std::span<const AnalyzerId> analyzers) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::known_picture(*lease, picture, analyzers);
}

Result<std::optional<PictureId>> Library::picture_of(std::string_view path,
                                                     std::string_view member) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::picture_of(*lease, path, member);
}

Result<void> Library::for_each_picture(const PictureQuery& query,
                                       const RowCallback<PictureRow>& callback) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::for_each_picture(*lease, query, callback);
}

Result<void> Library::for_each_face(const FaceQuery& query,
                                    const RowCallback<StoredFace>& callback) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::for_each_face(*lease, query, callback);
}

Result<std::vector<EditedFace>> Library::locate(const AnalyzerId& analyzer,
                                                std::span<const FaceKey> faces) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::locate(*lease, analyzer, faces);
}

Result<void> Library::for_each_hashes(const RowCallback<StoredHashes>& callback) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::for_each_hashes(*lease, callback);
}

Result<std::vector<PersonRow>> Library::people() const {
  const auto lease = TRY(parts_->readers->lease());
  return store::read_people(*lease);
}

Result<std::vector<AnalyzerId>> Library::analyzers_of_people() const {
  const auto lease = TRY(parts_->readers->lease());
  return store::read_analyzers_of_people(*lease);
}

Result<std::uint64_t> Library::left_behind(std::string_view name) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::count_left_behind(*lease, name);
}

Result<std::optional<GroupingRow>> Library::grouping() const {
  const auto lease = TRY(parts_->readers->lease());
  return store::read_grouping(*lease);
}

Result<std::vector<EditRow>> Library::edits() const {
  const auto lease = TRY(parts_->readers->lease());
  return store::read_edits(*lease);
}

Result<std::vector<RunRow>> Library::runs(std::int64_t limit) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::read_runs(*lease, limit);
}

Result<std::vector<AnalyzerId>> Library::current_analyzers() const {
  const auto lease = TRY(parts_->readers->lease());
  return store::read_current_analyzers(*lease);
}

Result<LibraryCounts> Library::counts() const {
  const auto lease = TRY(parts_->readers->lease());
  return store::read_counts(*lease);
}

Result<std::vector<std::string>> Library::integrity_check(const StopToken& stop) const {
  const auto lease = TRY(parts_->readers->lease());
  return store::check_integrity(*lease, stop);
}

}  // namespace albumen
