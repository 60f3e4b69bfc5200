// SPDX-License-Identifier: Apache-2.0
// Which folder of an export is whose. Tested by people_folders_test.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "library/rows.h"

namespace albumen {

/// The folders' names by the ids of `people`, which are all of a library in its order, so that a
/// name does not depend on who is written. No two alike, also where case does not count: who has a
/// name for himself keeps it, and of those who share one each gets the id behind it, and a number
/// where somebody is called just so.
std::map<std::string, std::string> folder_names(const std::vector<PersonRow>& people);

}  // namespace albumen
