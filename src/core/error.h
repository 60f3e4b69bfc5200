// SPDX-License-Identifier: Apache-2.0
// The error vocabulary of albumen: a closed set of codes, each with one meaning everywhere.
// Tested by error_test.cpp.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>

namespace albumen {

/// What went wrong, by who can do something about it. Add a code only with a row in `describe`.
enum class ErrorCode : std::uint8_t {
  /// The caller asked for something that no input could satisfy. Prefer `Unsupported` when
  /// another build or a later version could do it.
  kInvalidArgument,
  /// A named thing (file, person, model) does not exist.
  kNotFound,
  /// Valid, but not handled by this build (a format, a bit depth, a newer schema).
  kUnsupported,
  /// The input ends before it is complete. Prefer `Corrupt` when bytes contradict each other.
  kTruncated,
  /// The input contradicts its own format.
  kCorrupt,
  /// The input exceeds a named limit of ours (pixels, members, ratio), whatever the memory.
  kTooLarge,
  /// It would fit our limits but not the memory budget of this run.
  kBudgetExceeded,
  /// The user or the program asked to stop.
  kCancelled,
  /// A time limit of ours ran out.
  kDeadlineExceeded,
  /// The operating system refused: permission, disk full, device error.
  kIo,
  /// A model could not be loaded or run.
  kModelFailed,
  /// The library database could not be opened, read or written.
  kStoreFailed,
  /// Somebody else holds it or it is not there now; trying again later can succeed.
  kUnavailable,
  /// A bug of ours, found by a check.
  kInternal,
};

inline constexpr std::size_t kErrorCodeCount = 14;

/// When a later run should try the same input again.
enum class RetryPolicy : std::uint8_t {
  kWhenInputChanges,  ///< the bytes are the cause: same bytes, same failure
  kNextRun,           ///< the world was the cause: try again on the next run
};

/// One row of the table that maps codes to every face of albumen.
struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;              ///< stable, stored in libraries and printed: "Truncated"
  int exit_code;                      ///< of the command line, when the whole command fails with it
  int http_status;                    ///< of the HTTP service
  std::string_view python_exception;  ///< of the Python module
  RetryPolicy retry;
};

/// The row of `code`. Total over the enumeration.
const ErrorCodeInfo& describe(ErrorCode code);

/// The code called `name` ("Truncated"), or nothing: names come from databases and files.
std::optional<ErrorCode> parse_error_code(std::string_view name);

/// An error with its words: which input, what happened, which limit.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;
  std::source_location where = std::source_location::current();

  /// The same error with `context` put in front: "context: message".
  [[nodiscard]] Error with_context(std::string_view context) &&;
};

/// "Truncated: a.jpg: the file ends inside a scan". Without the source location.
std::string to_string(const Error& error);

}  // namespace albumen
