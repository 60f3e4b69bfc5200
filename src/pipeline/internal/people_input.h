// SPDX-License-Identifier: Apache-2.0
// What grouping reads from a library, once. Tested by people_over_time_test.cpp.
#pragma once

#include <optional>
#include <vector>

#include "core/identity.h"
#include "core/result.h"
#include "govern/budget.h"
#include "library/library.h"
#include "people/edits.h"
#include "people/person_basis.h"
#include "pipeline/internal/face_store.h"

namespace albumen {

struct PeopleInput {
  std::optional<AnalyzerId> analyzer;  ///< nothing: no faces were ever looked for
  FaceStore faces;
  /// As the last grouping left them, by id; where it was of another analyzer's faces, with those of
  /// today that lie in their places.
  std::vector<PersonRow> people;
  bool people_are_of_today = true;      ///< made of the faces of `analyzer`, or nobody there
  std::optional<GroupingRow> grouping;  ///< how that was done, where it is known
  std::vector<EditRow> edits;           ///< the whole log

  /// Errors: BudgetExceeded; those of the library.
  static Result<PeopleInput> load(const Library& library, Budget& budget);
};

/// The analyzer whose faces are grouped; nothing: no faces were ever looked for.
Result<std::optional<AnalyzerId>> current_faces_analyzer(const Library& library);

/// A log of edits out of its rows. Error: StoreFailed for a row that no albumen wrote.
Result<std::vector<Edit>> edits_of(const std::vector<EditRow>& rows);

/// The log with its faces as they are found today: a new detector gives a face another index, and
/// one that is not found any more is left out. Error: StoreFailed.
Result<std::vector<Edit>> edits_of_today(const PeopleInput& input);

/// What `edits_of_today` amount to. Error: StoreFailed.
Result<Decisions> decisions_of(const PeopleInput& input);

/// Labels the faces of those who are what a full run starts from with their place in
/// `input.people`, all others with kNobody: a person whose faces are all there, and made from what
/// `basis` says of them.
Partition known_people(const PeopleInput& input, const PersonBasis& basis);

}  // namespace albumen
