// SPDX-License-Identifier: Apache-2.0
// The queries behind Library's reading functions, each on a connection inside a read transaction.
// Contracts are those of library.h.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "library/internal/database.h"
#include "library/library.h"

namespace albumen::store {

// known_files_reader.cpp
Result<KnownFiles> load_known_files(Connection& connection, const KnownFilesQuery& query,
                                    Budget& budget);
Result<KnownPicture> known_picture(Connection& connection, const PictureId& picture,
                                   std::span<const AnalyzerId> analyzers);
Result<std::optional<PictureId>> picture_of(Connection& connection, std::string_view path,
                                            std::string_view member);

// picture_reader.cpp
Result<void> for_each_picture(Connection& connection, const PictureQuery& query,
                              const RowCallback<PictureRow>& callback);

// findings_reader.cpp
/// The key of the current analyzer of `kind` (as in kind_of), or nothing.
Result<std::optional<std::int64_t>> current_analyzer(Connection& connection, std::string_view kind);
/// The key of `analyzer`, or nothing.
Result<std::optional<std::int64_t>> find_analyzer(Connection& connection,
                                                  const AnalyzerId& analyzer);
Result<std::vector<AnalyzerId>> read_current_analyzers(Connection& connection);
Result<std::vector<AnalyzerId>> read_analyzers_of_people(Connection& connection);
Result<std::uint64_t> count_left_behind(Connection& connection, std::string_view name);
Result<void> for_each_face(Connection& connection, const FaceQuery& query,
                           const RowCallback<StoredFace>& callback);
Result<std::vector<EditedFace>> locate(Connection& connection, const AnalyzerId& analyzer,
                                       std::span<const FaceKey> faces);
Result<void> for_each_hashes(Connection& connection, const RowCallback<StoredHashes>& callback);

// people_reader.cpp
Result<std::vector<PersonRow>> read_people(Connection& connection);
Result<std::optional<GroupingRow>> read_grouping(Connection& connection);
Result<std::vector<EditRow>> read_edits(Connection& connection);

// run_reader.cpp
Result<std::vector<RunRow>> read_runs(Connection& connection, std::int64_t limit);
Result<LibraryCounts> read_counts(Connection& connection);
Result<std::vector<std::string>> check_integrity(Connection& connection, const StopToken& stop);

}  // namespace albumen::store
