// SPDX-License-Identifier: Apache-2.0
// Folders of people that an earlier export made and this one does not. Tested by
// export_again_test.cpp.
#pragma once

#include <set>
#include <string>

#include "core/result.h"
#include "exporters/internal/export_tools.h"

namespace albumen {

/// Takes away what earlier exports of the same library left in folders of the export that are not
/// among `chosen` (names), as far as they are about those who are asked for, and folders that are
/// empty then. Errors: Io; Cancelled.
Result<void> prune_other_folders(const ExportTools& tools, const std::set<std::string>& chosen);

}  // namespace albumen
