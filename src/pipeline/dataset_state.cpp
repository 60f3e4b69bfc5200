// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_state.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace albumen {
namespace {

// The last byte of a file; nothing where it is empty.
Result<std::optional<char>> last_byte(const std::string& path) {
  const FileDescriptor file = TRY(open_for_reading(path));
  const FileStamp stamp = TRY(stamp_of(file, path));
  if (stamp.size_bytes == 0) {
    return std::optional<char>{};
  }
  char last = 0;
  TRY(read_exactly(file, stamp.size_bytes - 1, std::as_writable_bytes(std::span{&last, 1}), path));
  return std::optional{last};
}

}  // namespace

DatasetState::DatasetState(LockFile lock, DatasetHistory history, std::string path,
                           FileDescriptor file)
    : lock_(std::move(lock)),
      history_(std::move(history)),
      path_(std::move(path)),
      mutex_(std::make_unique<Mutex>()),
      file_(std::move(file)) {}

DatasetState::DatasetState(DatasetState&&) noexcept = default;

DatasetState::~DatasetState() = default;

Result<DatasetState> DatasetState::open(const std::string& directory, const std::string& command,
                                        std::string_view earlier) {
  const std::string folder = fmt::format("{}/{}", directory, kStateFolder);
  TRY(make_directories(folder));
  LockFile lock = TRY(LockFile::acquire(fmt::format("{}/lock", folder), command, {}));
  const std::string growing = growing_folder(directory);
  std::error_code ignored;
  std::filesystem::remove_all(growing, ignored);
  TRY(make_directories(growing));
  const std::string path = journal_path(directory);
  auto history = TRY(DatasetHistory::read(directory, earlier));
  FileDescriptor file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666)};
  if (!file.valid()) {
    return system_failure(errno, "write", path);
  }
  DatasetState state{std::move(lock), std::move(history), path, std::move(file)};
  // After a torn last line, so that the next one begins at its own beginning.
  const auto last = TRY(last_byte(path));
  if (last && *last != '\n') {
    TRY(write_all(state.file_, std::as_bytes(std::span{"\n", 1}), path));
  }
  return state;
}

Result<void> DatasetState::append(const JournalEntry& entry) {
  return append_line(to_journal_line(entry));
}

Result<void> DatasetState::claim(const JournalClaim& claim) {
  if (!claim.sha256 && history_.wrote(claim.output)) {
    TRY(begin_replacing());
  }
  return append_line(to_claim_line(claim));
}

Result<void> DatasetState::withdraw(const std::string& output) {
  return history_.left_unsaid(output) ? Result<void>{} : append_line(to_withdrawal_line(output));
}

Result<void> DatasetState::begin_replacing() {
  const MutexLock lock{*mutex_};
  if (is_replacing_) {
    return {};
  }
  TRY(write_line(std::string{kJournalReplacingLine}));
  if (::fdatasync(file_.value()) != 0) {
    return system_failure(errno, "sync", path_);
  }
  is_replacing_ = true;
  return {};
}

Result<void> DatasetState::append_line(std::string line) {
  const MutexLock lock{*mutex_};
  return write_line(std::move(line));
}

// REQUIRES: mutex_ is held.
Result<void> DatasetState::write_line(std::string line) {
  line.push_back('\n');
  if (is_torn_) {
    line.insert(line.begin(), '\n');
  }
  auto written = write_all(file_, std::as_bytes(std::span{line}), path_);
  is_torn_ = !written;
  return written;
}

Result<void> DatasetState::finish(const std::vector<JournalEntry>& entries) {
  if (::syncfs(file_.value()) != 0) {
    return system_failure(errno, "sync", path_);
  }
  auto file = TRY(AtomicFile::create(path_));
  for (const JournalEntry& entry : entries) {
    TRY(file.write(to_journal_line(entry)));
    TRY(file.write(std::string_view{"\n"}));
  }
  TRY(file.write(fmt::format("{}\n", kJournalSyncedLine)));
  return file.commit();
}

}  // namespace albumen
