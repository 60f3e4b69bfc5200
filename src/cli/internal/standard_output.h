// SPDX-License-Identifier: Apache-2.0
// Standard output, which may lie on a full disk, or be a pipe whose reader has left: what goes
// wrong is kept, and told once, at the end of the program. And notices on standard error. Any
// thread may call these.
#pragma once

#include <string_view>

#include "core/result.h"

namespace albumen {

/// Writes all of `text` in one piece: what several threads write does not mix. False when it was
/// not taken, and from then on: nothing more will be.
bool put_text(std::string_view text);

/// `put_text` of a line and its end.
bool put_line(std::string_view line);

/// Hands on what stdio holds back. False as in `put_text`.
bool flush_output();

/// For whoever found out in another way: fmt::print throws it. The first one counts.
void note_output_failure(int error_number);

/// flush_output, and what went wrong since the program began, by whatever function it wrote.
/// Errors: Cancelled when nobody reads any more (`albumen export | head`), which is no fault; else
/// Io.
Result<void> finish_output();

/// A line on standard error. Lost where that takes no more: nobody else could be told, and the work
/// goes on.
void put_error_line(std::string_view line);

/// The same with "albumen: " before it.
void put_notice(std::string_view text);

}  // namespace albumen
