// SPDX-License-Identifier: Apache-2.0
// The log of what people said about who is who, for them to read: what each edit said, and what has
// become of it. Tested by edit_history_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "govern/budget.h"
#include "library/library.h"
#include "people/edits.h"

namespace albumen {

enum class EditState : std::uint8_t {
  kStands,
  kUndone,
  /// It counts, but the people of today say nothing of it: later edits say otherwise, or its faces
  /// are not found any more.
  kWithoutEffect,
};

/// Stable names: "stands", "undone", "without-effect".
std::string_view name_of(EditState state);

struct EditRecord {
  Edit edit;  ///< as it was written down
  EditState state = EditState::kStands;
  std::uint64_t undone_by = 0;  ///< kUndone: the number of the undo
  /// Ids of the people who have its faces today, ordered. Empty while people are made of other
  /// faces than those of the current analyzer, and for faces that are nobody's.
  std::vector<std::string> left_people;
  std::vector<std::string> right_people;
};

/// The whole log, oldest first. Changes nothing. Errors: BudgetExceeded; those of the library.
Result<std::vector<EditRecord>> edit_history(const Library& library, Budget& budget);

}  // namespace albumen
