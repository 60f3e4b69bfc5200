// SPDX-License-Identifier: Apache-2.0
// Runs, counts and the check of the whole file.
#include <array>
#include <utility>

#include "library/internal/readers.h"

namespace albumen::store {
namespace {

Result<void> read_skipped(Connection& connection, RunRow& run) {
  auto* statement = TRY(connection.prepare("SELECT reason, count FROM run_skipped WHERE run = ?"));
  auto cursor = TRY(statement->query(run.run));
  while (TRY(cursor.next())) {
    run.finish.skipped.emplace(cursor.text(0), cursor.integer(1));
    TRY(cursor.check());
  }
  return {};
}

Result<void> read_stages(Connection& connection, RunRow& run) {
  auto* statement = TRY(connection.prepare(
      "SELECT stage, count, p50_us, p95_us, bytes, cpu_us, peak_bytes FROM run_stages "
      "WHERE run = ? ORDER BY stage"));
  auto cursor = TRY(statement->query(run.run));
  while (TRY(cursor.next())) {
    run.finish.stages.push_back({.stage = std::string{cursor.text(0)},
                                 .count = cursor.integer(1),
                                 .p50_us = cursor.integer(2),
                                 .p95_us = cursor.integer(3),
                                 .bytes = cursor.integer(4),
                                 .cpu_us = cursor.integer(5),
                                 .peak_bytes = cursor.integer(6)});
    TRY(cursor.check());
  }
  return {};
}

RunRow read_run(Cursor& cursor) {
  RunRow run{.run = cursor.integer(0),
             .command = std::string{cursor.text(1)},
             .program_version = std::string{cursor.text(2)},
             .started_ms = cursor.integer(3),
             .finish = {}};
  run.finish.finished_ms = cursor.is_null(4) ? 0 : cursor.integer(4);
  run.finish.outcome = cursor.text(5);
  run.finish.done = cursor.integer(6);
  run.finish.failed = cursor.integer(7);
  run.finish.failed_before = cursor.integer(8);
  run.finish.unchanged = cursor.integer(9);
  run.finish.peak_bytes = cursor.integer(10);
  return run;
}

// What refers to a row that is not there: never after a run of albumen, which changes both sides
// in one transaction.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kDangling{{
    {"files without their picture",
     "SELECT count(*) FROM files WHERE picture_key IS NOT NULL AND picture_key NOT IN "
     "(SELECT picture_key FROM pictures)"},
    {"failures without their file",
     "SELECT count(*) FROM failures WHERE file_key NOT IN (SELECT file_key FROM files)"},
    {"done marks without their picture",
     "SELECT count(*) FROM findings_done WHERE picture_key NOT IN "
     "(SELECT picture_key FROM pictures)"},
    {"hashes that are not marked done",
     "SELECT count(*) FROM hashes WHERE NOT EXISTS (SELECT 1 FROM findings_done AS d WHERE "
     "d.picture_key = hashes.picture_key AND d.analyzer_key = hashes.analyzer_key)"},
    {"quality that is not marked done",
     "SELECT count(*) FROM quality WHERE NOT EXISTS (SELECT 1 FROM findings_done AS d WHERE "
     "d.picture_key = quality.picture_key AND d.analyzer_key = quality.analyzer_key)"},
    {"faces that are not marked done",
     "SELECT count(*) FROM faces WHERE NOT EXISTS (SELECT 1 FROM findings_done AS d WHERE "
     "d.picture_key = faces.picture_key AND d.analyzer_key = faces.analyzer_key)"},
    {"people's faces that do not exist",
     "SELECT count(*) FROM person_faces AS m WHERE NOT EXISTS (SELECT 1 FROM faces AS f WHERE "
     "f.picture_key = m.picture_key AND f.analyzer_key = m.analyzer_key AND "
     "f.face_index = m.face_index)"},
    {"faces of people who do not exist",
     "SELECT count(*) FROM person_faces WHERE person_key NOT IN (SELECT person_key FROM people)"},
}};

Result<std::vector<std::string>> find_problems(Connection& connection) {
  std::vector<std::string> problems = TRY(connection.texts_of("PRAGMA integrity_check"));
  if (problems.size() == 1 && problems.front() == "ok") {
    problems.clear();
  }
  for (const auto& [what, sql] : kDangling) {
    const std::int64_t count = TRY(connection.integer_of(std::string{sql}));
    if (count != 0) {
      problems.push_back(std::to_string(count) + " " + std::string{what});
    }
  }
  return problems;
}

}  // namespace

Result<std::vector<RunRow>> read_runs(Connection& connection, std::int64_t limit) {
  auto* statement = TRY(connection.prepare(
      "SELECT run, command, program_version, started_ms, finished_ms, outcome, done, failed, "
      "failed_before, unchanged, peak_bytes FROM runs ORDER BY run DESC LIMIT ?"));
  auto cursor = TRY(statement->query(limit));
  std::vector<RunRow> runs;
  while (TRY(cursor.next())) {
    runs.push_back(read_run(cursor));
    TRY(cursor.check());
    TRY(read_skipped(connection, runs.back()));
    TRY(read_stages(connection, runs.back()));
  }
  return runs;
}

Result<LibraryCounts> read_counts(Connection& connection) {
  const std::int64_t faces_analyzer = TRY(current_analyzer(connection, "faces")).value_or(0);
  auto* statement = TRY(connection.prepare(
      "SELECT (SELECT count(*) FROM files WHERE missing = 0 AND picture_key IS NOT NULL), "
      "(SELECT count(*) FROM files WHERE missing = 1), (SELECT count(*) FROM pictures), "
      "(SELECT count(*) FROM faces WHERE analyzer_key = ? AND EXISTS (SELECT 1 FROM files "
      "WHERE files.picture_key = faces.picture_key AND missing = 0)), "
      "(SELECT count(*) FROM people WHERE tentative = 0), "
      "(SELECT count(DISTINCT file_key) FROM failures JOIN files USING (file_key) "
      "WHERE missing = 0)"));
  auto cursor = TRY(statement->query(faces_analyzer));
  TRY(cursor.next());
  const LibraryCounts counts{.files = cursor.integer(0),
                             .missing = cursor.integer(1),
                             .pictures = cursor.integer(2),
                             .faces = cursor.integer(3),
                             .people = cursor.integer(4),
                             .failed = cursor.integer(5)};
  TRY(cursor.check());
  return counts;
}

Result<std::vector<std::string>> check_integrity(Connection& connection, const StopToken& stop) {
  connection.stop_with(stop);
  auto problems = find_problems(connection);
  connection.stop_with(std::nullopt);
  return problems;
}

}  // namespace albumen::store
