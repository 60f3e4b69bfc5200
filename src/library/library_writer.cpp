// SPDX-License-Identifier: Apache-2.0
#include "library/library_writer.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "library/internal/commit_queue.h"
#include "library/internal/database.h"
#include "library/internal/people_writer.h"
#include "library/internal/row_writer.h"

namespace albumen {
namespace {

using store::BlobView;
using store::Connection;
using store::RowWriter;

Result<RunId> insert_run(RowWriter& writer, const RunStart& start) {
  Connection& connection = writer.connection();
  for (const AnalyzerId& analyzer : start.analyzers) {
    TRY(writer.analyzer_key(analyzer));
    auto* retire = TRY(connection.prepare("UPDATE analyzers SET current = 0 WHERE name = ?"));
    TRY(retire->execute(std::string_view{analyzer.name}));
  }
  for (const AnalyzerId& analyzer : start.analyzers) {
    auto* promote =
        TRY(connection.prepare("UPDATE analyzers SET current = 1 WHERE analyzer_key = ?"));
    TRY(promote->execute(TRY(writer.analyzer_key(analyzer))));
  }
  auto* insert = TRY(connection.prepare(
      "INSERT INTO runs (command, program_version, started_ms, outcome, done, failed, "
      "failed_before, unchanged, peak_bytes, keep_truncated) "
      "VALUES (?, ?, ?, 'running', 0, 0, 0, 0, 0, ?) RETURNING run"));
  return TRY(insert->integer(std::string_view{start.command},
                             std::string_view{start.program_version}, start.started_ms,
                             double{start.keep_truncated_percent}))
      .value_or(0);
}

Result<void> update_run(RowWriter& writer, RunId run, const RunFinish& finish) {
  Connection& connection = writer.connection();
  auto* update = TRY(connection.prepare(
      "UPDATE runs SET outcome = ?, finished_ms = ?, done = ?, failed = ?, failed_before = ?, "
      "unchanged = ?, peak_bytes = ? WHERE run = ? RETURNING run"));
  const auto updated = TRY(update->integer(std::string_view{finish.outcome}, finish.finished_ms,
                                           finish.done, finish.failed, finish.failed_before,
                                           finish.unchanged, finish.peak_bytes, run));
  if (!updated) {
    return fail(ErrorCode::kNotFound, "there is no run " + std::to_string(run));
  }
  for (const auto& [reason, count] : finish.skipped) {
    auto* insert = TRY(connection.prepare(
        "INSERT OR REPLACE INTO run_skipped (run, reason, count) VALUES (?, ?, ?)"));
    TRY(insert->execute(run, std::string_view{reason}, count));
  }
  for (const StageRow& stage : finish.stages) {
    auto* insert = TRY(connection.prepare(
        "INSERT OR REPLACE INTO run_stages (run, stage, count, p50_us, p95_us, bytes, cpu_us, "
        "peak_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"));
    TRY(insert->execute(run, std::string_view{stage.stage}, stage.count, stage.p50_us, stage.p95_us,
                        stage.bytes, stage.cpu_us, stage.peak_bytes));
  }
  return {};
}

Result<void> mark_files(RowWriter& writer, const std::vector<FileToken>& files,
                        std::int64_t missing) {
  auto* update =
      TRY(writer.connection().prepare("UPDATE files SET missing = ? WHERE file_key = ?"));
  for (const FileToken file : files) {
    TRY(update->execute(missing, file));
  }
  return {};
}

constexpr std::array<std::string_view, 2> kPruneFiles{
    "DELETE FROM failures WHERE file_key IN (SELECT file_key FROM files WHERE missing = 1)",
    "DELETE FROM files WHERE missing = 1",
};

constexpr std::string_view kPrunePictures =
    "DELETE FROM pictures WHERE picture_key NOT IN "
    "(SELECT picture_key FROM files WHERE picture_key IS NOT NULL)";

constexpr std::array<std::string_view, 6> kPruneFindings{
    "DELETE FROM findings_done WHERE picture_key NOT IN (SELECT picture_key FROM pictures)",
    "DELETE FROM hashes WHERE picture_key NOT IN (SELECT picture_key FROM pictures)",
    "DELETE FROM quality WHERE picture_key NOT IN (SELECT picture_key FROM pictures)",
    "DELETE FROM faces WHERE picture_key NOT IN (SELECT picture_key FROM pictures)",
    "DELETE FROM person_faces WHERE picture_key NOT IN (SELECT picture_key FROM pictures)",
    // The key may be given to another picture one day.
    "UPDATE people SET best_picture_key = NULL, best_face_index = NULL "
    "WHERE best_picture_key NOT IN (SELECT picture_key FROM pictures)",
};

constexpr std::array<std::string_view, 7> kPruneSuperseded{
    "DELETE FROM findings_done WHERE analyzer_key NOT IN "
    "(SELECT analyzer_key FROM analyzers WHERE current = 1)",
    "DELETE FROM hashes WHERE analyzer_key NOT IN "
    "(SELECT analyzer_key FROM analyzers WHERE current = 1)",
    "DELETE FROM quality WHERE analyzer_key NOT IN "
    "(SELECT analyzer_key FROM analyzers WHERE current = 1)",
    "DELETE FROM faces WHERE analyzer_key NOT IN "
    "(SELECT analyzer_key FROM analyzers WHERE current = 1)",
    "DELETE FROM person_faces WHERE analyzer_key NOT IN "
    "(SELECT analyzer_key FROM analyzers WHERE current = 1)",
    "DELETE FROM failures WHERE analyzer_key NOT IN "
    "(SELECT analyzer_key FROM analyzers WHERE current = 1)",
    "DELETE FROM analyzers WHERE current = 0",
};

Result<void> execute_all(Connection& connection, std::span<const std::string_view> statements) {
  for (const std::string_view sql : statements) {
    TRY(TRY(connection.prepare(sql))->execute());
  }
  return {};
}

Result<PruneOutcome> prune_rows(RowWriter& writer, const PruneOptions& options) {
  Connection& connection = writer.connection();
  PruneOutcome outcome;
  outcome.files = TRY(connection.integer_of("SELECT count(*) FROM files WHERE missing = 1"));
  TRY(execute_all(connection, kPruneFiles));
  const std::int64_t before = TRY(connection.integer_of("SELECT count(*) FROM pictures"));
  TRY(TRY(connection.prepare(kPrunePictures))->execute());
  outcome.pictures = before - TRY(connection.integer_of("SELECT count(*) FROM pictures"));
  TRY(execute_all(connection, kPruneFindings));
  if (options.superseded_findings) {
    TRY(execute_all(connection, kPruneSuperseded));
    writer.forget_keys();
  }
  TRY(store::drop_empty_people(connection));
  return outcome;
}

}  // namespace

LibraryWriter::LibraryWriter(std::unique_ptr<store::Connection> connection)
    : queue_(std::make_unique<store::CommitQueue>(std::move(connection))) {}

LibraryWriter::~LibraryWriter() = default;

Result<void> LibraryWriter::submit(PictureResult result) { return queue_->push(std::move(result)); }

Result<void> LibraryWriter::flush() { return queue_->run({}); }

Result<RunId> LibraryWriter::begin_run(const RunStart& start) {
  RunId run = 0;
  TRY(queue_->run([&](RowWriter& writer) -> Result<void> {
    run = TRY(insert_run(writer, start));
    return {};
  }));
  return run;
}

Result<void> LibraryWriter::finish_run(RunId run, const RunFinish& finish) {
  return queue_->run([&](RowWriter& writer) { return update_run(writer, run, finish); });
}

Result<ScanOutcome> LibraryWriter::finish_scan(const KnownFiles& known, const ScanScope& scope) {
  const ScanChanges changes = known.changes(scope);
  TRY(queue_->run([&](RowWriter& writer) -> Result<void> {
    TRY(mark_files(writer, changes.vanished, 1));
    return mark_files(writer, changes.returned, 0);
  }));
  return ScanOutcome{.vanished = static_cast<std::int64_t>(changes.vanished.size()),
                     .returned = static_cast<std::int64_t>(changes.returned.size())};
}

Result<PruneOutcome> LibraryWriter::prune(const PruneOptions& options) {
  PruneOutcome outcome;
  TRY(queue_->run([&](RowWriter& writer) -> Result<void> {
    outcome = TRY(prune_rows(writer, options));
    return {};
  }));
  return outcome;
}

Result<void> LibraryWriter::change_people(const PeopleChange& change) {
  return queue_->run([&](RowWriter& writer) { return store::change_people(writer, change); });
}

void LibraryWriter::on_commit(CommitListener listener) { queue_->on_commit(std::move(listener)); }

void LibraryWriter::fail_nth_for_testing(std::uint64_t n) { queue_->fail_nth_for_testing(n); }

Result<std::int64_t> LibraryWriter::append_edit(const EditRow& edit) {
  std::int64_t number = 0;
  TRY(queue_->run([&](RowWriter& writer) -> Result<void> {
    number = TRY(store::append_edit(writer.connection(), edit));
    return {};
  }));
  return number;
}

}  // namespace albumen
