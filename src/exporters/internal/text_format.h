// SPDX-License-Identifier: Apache-2.0
// Values as text, the same on every machine and in every locale. Tested by text_format_test.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "library/rows.h"

namespace albumen::exporting {

/// Appends `text` as a JSON string. Bytes that are not UTF-8 become U+FFFD, since JSON has no
/// bytes.
void append_json_string(std::string& out, std::string_view text);

/// Appends `text` as a field of RFC 4180: quoted when it holds a comma, a quote or a line end.
void append_csv_field(std::string& out, std::string_view text);

/// Appends `value` with exactly `decimals` digits after the point, never "-0".
void append_fixed(std::string& out, double value, int decimals);

/// Appends a share, 0 to 1, with four decimals: only the whole is "1.0000".
void append_share(std::string& out, double share);

/// A hash as 16 hexadecimal digits.
std::string hash_text(std::uint64_t hash);

}  // namespace albumen::exporting
