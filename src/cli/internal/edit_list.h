// SPDX-License-Identifier: Apache-2.0
// The log of edits for people to read and for programs: `albumen people edits`.
#pragma once

#include <string>
#include <vector>

#include "library/rows.h"
#include "pipeline/edit_history.h"

namespace albumen {

/// "merge 5 faces with 3fa91c07#0": what the edit says of its faces, which need not be there today.
std::string words_of(const Edit& edit);

/// One line per edit, oldest first: number, local time, words, who has its faces among `people`
/// today, and whether it still holds.
void print_edits(const std::vector<EditRecord>& history, const std::vector<PersonRow>& people);

/// One JSON object per line, oldest first.
void print_edits_json(const std::vector<EditRecord>& history);

}  // namespace albumen
