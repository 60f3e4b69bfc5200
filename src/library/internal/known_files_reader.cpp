// SPDX-License-Identifier: Apache-2.0
// Loading what decides whether a file must be visited. The tables are read once, each in the order
// of its keys, and merged: no query per file.
#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <limits>
#include <utility>

#include "core/completeness.h"
#include "files/path_text.h"
#include "library/internal/codec.h"
#include "library/internal/known_limits.h"
#include "library/internal/readers.h"

namespace albumen::store {
namespace {

// Files that one library may hold: indices have 32 bits, and slots three for two files.
constexpr std::int64_t kMostFiles = 1'000'000'000;

struct KeyedMask {
  std::int64_t key = 0;
  AnalyzerMask mask = 0;
};

struct FileFailure {
  std::int64_t file_key = 0;
  AnalyzerMask given_up = 0;
  std::optional<ErrorCode> code;
  RetryPolicy retry = RetryPolicy::kWhenInputChanges;
};

// Which bit stands for which analyzer key.
class AnalyzerBits {
 public:
  static Result<AnalyzerBits> find(Connection& connection, std::span<const AnalyzerId> analyzers) {
    if (analyzers.size() > kMaxAnalyzers) {
      return fail(ErrorCode::kInvalidArgument, fmt::format("{} analyzers at once, {} are the most",
                                                           analyzers.size(), kMaxAnalyzers));
    }
    AnalyzerBits bits;
    for (std::size_t index = 0; index < analyzers.size(); ++index) {
      if (const auto key = TRY(find_analyzer(connection, analyzers[index]))) {
        bits.keys_.emplace_back(*key, static_cast<AnalyzerMask>(1U << index));
      }
    }
    return bits;
  }

  [[nodiscard]] AnalyzerMask of(std::int64_t key) const {
    AnalyzerMask mask = 0;
    for (const auto& [known, bit] : keys_) {
      mask = static_cast<AnalyzerMask>(mask | (known == key ? bit : 0U));
    }
    return mask;
  }

  [[nodiscard]] bool empty() const { return keys_.empty(); }

 private:
  std::vector<std::pair<std::int64_t, AnalyzerMask>> keys_;
};

// Ordered by picture key.
Result<std::vector<KeyedMask>> read_done(Connection& connection, const AnalyzerBits& bits) {
  std::vector<KeyedMask> done;
  if (bits.empty()) {
    return done;
  }
  auto* statement = TRY(connection.prepare(
      "SELECT picture_key, analyzer_key FROM findings_done ORDER BY picture_key, analyzer_key"));
  auto cursor = TRY(statement->query());
  while (TRY(cursor.next())) {
    const std::int64_t key = cursor.integer(0);
    const AnalyzerMask bit = bits.of(cursor.integer(1));
    TRY(cursor.check());
    if (bit == 0) {
      continue;
    }
    if (done.empty() || done.back().key != key) {
      done.push_back({.key = key, .mask = 0});
    }
    done.back().mask = static_cast<AnalyzerMask>(done.back().mask | bit);
  }
  return done;
}

// How much of a picture is there.
float share(Cursor& cursor, int column) {
  const double value = cursor.real(column);
  if (value < 0 || value > 1) {
    cursor.damaged(column, "a share outside 0..1");
  }
  return static_cast<float>(value);
}

// Pictures that were kept in part and would now be refused, ordered by their keys: what was found
// in them, or given up, is to be tried again. So are those of which nobody knows how much is there.
Result<std::vector<std::int64_t>> read_refused(Connection& connection,
                                               float keep_truncated_percent) {
  auto* statement =
      TRY(connection.prepare("SELECT picture_key, complete FROM pictures "
                             "WHERE complete IS NOT 1 ORDER BY picture_key"));
  auto cursor = TRY(statement->query());
  std::vector<std::int64_t> refused;
  while (TRY(cursor.next())) {
    const std::int64_t key = cursor.integer(0);
    TRY(cursor.check());
    const float complete = share(cursor, 1);
    if (cursor.take_damage() || !keeps_damaged(complete, keep_truncated_percent)) {
      refused.push_back(key);
    }
  }
  return refused;
}

bool is_damage(ErrorCode code) {
  return code == ErrorCode::kTruncated || code == ErrorCode::kCorrupt;
}

void add_failure(FileFailure& failure, Cursor& cursor, const AnalyzerBits& bits,
                 const KnownFilesQuery& query) {
  const auto code = parse_error_code(cursor.text(2));
  const auto retry = parse_retry(cursor.text(3));
  if (!code || !retry) {
    cursor.damaged(code ? 3 : 2, "an unknown word");
    return;
  }
  const bool lasts =
      *retry == RetryPolicy::kWhenInputChanges && cursor.text_or_empty(4) == query.program_version;
  if (cursor.is_null(1)) {
    const bool may_be_kept =
        is_damage(*code) && double{query.keep_truncated_percent} < cursor.real(5);
    failure.code = code;
    failure.retry = lasts && !may_be_kept ? RetryPolicy::kWhenInputChanges : RetryPolicy::kNextRun;
  } else if (lasts) {
    failure.given_up = static_cast<AnalyzerMask>(failure.given_up | bits.of(cursor.integer(1)));
  }
}

// Ordered by file key.
Result<std::vector<FileFailure>> read_failures(Connection& connection, const AnalyzerBits& bits,
                                               const KnownFilesQuery& query) {
  auto* statement = TRY(
      connection.prepare("SELECT failures.file_key, analyzer_key, code, retry, program_version, "
                         "coalesce(keep_truncated, 100.0) "
                         "FROM failures LEFT JOIN runs ON runs.run = failures.run "
                         "ORDER BY failures.file_key, stage"));
  auto cursor = TRY(statement->query());
  std::vector<FileFailure> failures;
  while (TRY(cursor.next())) {
    const std::int64_t file_key = cursor.integer(0);
    if (failures.empty() || failures.back().file_key != file_key) {
      failures.push_back({.file_key = file_key, .given_up = 0, .code = std::nullopt});
    }
    add_failure(failures.back(), cursor, bits, query);
    TRY(cursor.check());
  }
  return failures;
}

template <class Row, class Key>
const Row* find_in(const std::vector<Row>& rows, std::int64_t key, Key Row::* member) {
  const auto found = std::ranges::lower_bound(rows, key, {}, member);
  return found != rows.end() && std::invoke(member, *found) == key ? &*found : nullptr;
}

void add_findings(KnownFile& file, std::int64_t picture_key, const std::vector<KeyedMask>& done,
                  const std::vector<std::int64_t>& refused) {
  if (std::ranges::binary_search(refused, picture_key)) {
    file.given_up = 0;
  } else if (const auto* row = find_in(done, picture_key, &KeyedMask::key)) {
    file.done = row->mask;
  }
}

// Of a member. Names above the limit of KnownFiles were written down before listings cut them, and
// one of them kept every later run from its library. No listing gives what is left here: it is not
// seen again, and its row vanishes.
std::string_view known_part(std::string_view member) { return member.substr(0, kMaxKnownName); }

Result<KnownFiles> make_room(Connection& connection, Budget& budget) {
  auto* statement = TRY(connection.prepare(
      "SELECT count(*), coalesce(sum(length(CAST(path AS BLOB)) + length(CAST(member AS BLOB))), "
      "0), (SELECT count(*) FROM pictures), (SELECT count(*) FROM failures) FROM files"));
  auto cursor = TRY(statement->query());
  TRY(cursor.next());
  const auto files = static_cast<std::size_t>(cursor.integer_in(0, 0, kMostFiles));
  const auto names =
      static_cast<std::size_t>(cursor.integer_in(1, 0, std::numeric_limits<std::int64_t>::max()));
  const auto pictures = static_cast<std::uint64_t>(cursor.integer_in(2, 0, kMostFiles));
  const auto failed = static_cast<std::uint64_t>(cursor.integer_in(3, 0, kMostFiles));
  TRY(cursor.check());
  // Growing vectors hold their old and their new memory for a moment: three times the content.
  const Bytes tables = Bytes{pictures} * (3 * (sizeof(KeyedMask) + sizeof(std::int64_t))) +
                       Bytes{failed} * (3 * sizeof(FileFailure));
  auto reservation = TRY_CONTEXT(
      budget.try_reserve(MemoryTag::kOther, KnownFiles::predicted_bytes(files, names) + tables),
      fmt::format("remembering the {} files of the library", files));
  return KnownFiles{std::move(reservation), files, names};
}

}  // namespace

Result<KnownFiles> load_known_files(Connection& connection, const KnownFilesQuery& query,
                                    Budget& budget) {
  const auto bits = TRY(AnalyzerBits::find(connection, query.analyzers));
  KnownFiles known = TRY(make_room(connection, budget));
  {
    const auto done = TRY(read_done(connection, bits));
    const auto refused = TRY(read_refused(connection, query.keep_truncated_percent));
    const auto failures = TRY(read_failures(connection, bits, query));
    auto* statement = TRY(connection.prepare(
        "SELECT file_key, path, member, size, mtime_ns, ctime_ns, inode, picture_key, missing, "
        "content_type FROM files ORDER BY file_key"));
    auto cursor = TRY(statement->query());
    while (TRY(cursor.next())) {
      const FileToken token = cursor.integer(0);
      KnownFile file{.stamp = {.size_bytes = from_stored(cursor.integer(3)),
                               .mtime_ns = cursor.integer(4),
                               .ctime_ns = cursor.integer(5),
                               .inode = from_stored(cursor.integer(6))},
                     .is_picture = !cursor.is_null(7),
                     .missing = cursor.integer_in(8, 0, 1) == 1,
                     .failure = std::nullopt};
      if (const auto* row = find_in(failures, token, &FileFailure::file_key)) {
        file.failure = row->code;
        file.retry = row->retry;
        file.given_up = row->given_up;
      }
      if (file.is_picture) {
        add_findings(file, cursor.integer(7), done, refused);
      }
      if (const auto type = parse_content_type(cursor.text(9))) {
        file.content_type = *type;
      } else {
        cursor.damaged(9, "an unknown word");
      }
      const std::string_view path = cursor.text(1);
      const std::string_view member = known_part(cursor.text(2));
      if (last_component(path).size() > kMaxKnownName) {
        cursor.damaged(1, "a name longer than any file's");
      }
      if (!cursor.take_damage()) {
        TRY(known.add(path, member, token, file));
      }
    }
  }
  known.settle_reservation();
  return known;
}

Result<KnownPicture> known_picture(Connection& connection, const PictureId& picture,
                                   std::span<const AnalyzerId> analyzers) {
  const auto bits = TRY(AnalyzerBits::find(connection, analyzers));
  auto* statement =
      TRY(connection.prepare("SELECT complete, analyzer_key FROM pictures "
                             "LEFT JOIN findings_done USING (picture_key) WHERE id = ?"));
  auto cursor = TRY(statement->query(picture));
  KnownPicture known;
  while (TRY(cursor.next())) {
    known.complete = share(cursor, 0);
    if (cursor.take_damage()) {
      return KnownPicture{};  // to be looked at again, which mends it
    }
    if (!cursor.is_null(1)) {
      known.done = static_cast<AnalyzerMask>(known.done | bits.of(cursor.integer(1)));
    }
    TRY(cursor.check());
  }
  return known;
}

Result<std::optional<PictureId>> picture_of(Connection& connection, std::string_view path,
                                            std::string_view member) {
  auto* statement =
      TRY(connection.prepare("SELECT pictures.id FROM files JOIN pictures USING (picture_key) "
                             "WHERE path = ? AND member = ?"));
  auto cursor = TRY(statement->query(path, member));
  if (!TRY(cursor.next())) {
    return std::nullopt;
  }
  const PictureId picture = cursor.digest(0);
  TRY(cursor.check());
  return picture;
}

}  // namespace albumen::store
