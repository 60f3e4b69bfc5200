// SPDX-License-Identifier: Apache-2.0
// One picture as the lines of each format. Appends to `out`, line ends included.
#pragma once

#include <cstdint>
#include <string>

#include "library/rows.h"

namespace albumen::exporting {

/// How many lines were appended.
using LineCount = std::int64_t;

LineCount append_jsonl(std::string& out, const PictureRow& row);

void append_csv_header(std::string& out);
LineCount append_csv(std::string& out, const PictureRow& row);

void append_people_csv_header(std::string& out);
/// One line for each face in a group.
LineCount append_people_csv(std::string& out, const PictureRow& row);

}  // namespace albumen::exporting
