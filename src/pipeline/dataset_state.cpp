// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/dataset_state.h"

#include <cerrno>
#include <fcntl.h>
#include <fmt/core.h>
#include <memory>
#include <span>
#include <string_view>
#include <unistd.h>
#include <utility>

#include "core/units.h"

namespace albumen {
namespace {

// A million pictures with long captions; what is larger was not written by a run.
constexpr Bytes kJournalLimit = kGiB * 2;
// Everything above it was on the disk when it was written.
constexpr std::string_view kSyncedLine = R"({"synced":true})";

Result<std::string> read_journal(const std::string& path) {
  auto text = read_small_file(path, kJournalLimit);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    return std::string{};
  }
  return text;
}

}  // namespace

DatasetState::DatasetState(LockFile lock, std::string path, FileDescriptor file)
    : lock_(std::move(lock)),
      path_(std::move(path)),
      mutex_(std::make_unique<Mutex>()),
      file_(std::move(file)) {}

DatasetState::DatasetState(DatasetState&&) noexcept = default;

DatasetState::~DatasetState() = default;

Result<DatasetState> DatasetState::open(const std::string& directory, const std::string& command,
                                        std::string_view earlier) {
  const std::string folder = fmt::format("{}/.albumen-dataset", directory);
  TRY(make_directories(folder));
  LockFile lock = TRY(LockFile::acquire(fmt::format("{}/lock", folder), command, {}));
  const std::string path = fmt::format("{}/journal.jsonl", folder);
  const std::string text = TRY(read_journal(path));
  FileDescriptor file{
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0666)};
  if (!file.valid()) {
    return system_failure(errno, "write", path);
  }
  DatasetState state{std::move(lock), path, std::move(file)};
  state.load(earlier);
  state.load(text);
  // After a torn last line, so that the next one begins at its own beginning.
  if (!text.empty() && !text.ends_with('\n')) {
    TRY(write_all(state.file_, std::as_bytes(std::span{"\n", 1}), path));
  }
  return state;
}

void DatasetState::load(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line == kSyncedLine) {
      for (auto& [source, known] : known_) {
        known.is_synced = true;
      }
    } else if (const auto entry = parse_journal_line(line)) {
      outputs_.insert(entry->row.output);
      known_.insert_or_assign(entry->row.source, KnownOutput{.entry = *entry});
    }
  }
}

const KnownOutput* DatasetState::known(const std::string& name) const {
  const auto found = known_.find(name);
  return found == known_.end() ? nullptr : &found->second;
}

bool DatasetState::wrote(const std::string& output) const { return outputs_.contains(output); }

Result<void> DatasetState::append(const JournalEntry& entry) {
  std::string line = to_journal_line(entry);
  line.push_back('\n');
  const MutexLock lock{*mutex_};
  return write_all(file_, std::as_bytes(std::span{line}), path_);
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
  TRY(file.write(fmt::format("{}\n", kSyncedLine)));
  return file.commit();
}

}  // namespace albumen
