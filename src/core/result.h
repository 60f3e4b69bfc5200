// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error, which the compiler does not let you drop.
// TRY and its variants return early with the error. Tested by result_test.cpp.
#pragma once

#include <expected>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace albumen {

/// `std::expected` that must be looked at. GCC 12 has no monadic operations; TRY takes their place.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;

  /// On an error, puts "context: " in front of its message; a value passes untouched.
  [[nodiscard]] Result with_context(std::string_view context) && {
    if (!this->has_value()) {
      return std::unexpected(std::move(this->error()).with_context(context));
    }
    return std::move(*this);
  }
};

/// Builds the failure branch of any Result: `return fail(ErrorCode::kIo, "disk full")`.
/// The location recorded is the caller's.
[[nodiscard]] inline std::unexpected<Error> fail(
    ErrorCode code, std::string message,
    std::source_location where = std::source_location::current()) {
  return std::unexpected(Error{.code = code, .message = std::move(message), .where = where});
}

}  // namespace albumen

/// Evaluates to the value of a Result, or returns its error from the enclosing function.
/// Write one TRY to a statement: returning out of a half-built aggregate or argument list does not
/// destroy the parts that were already built (GCC 12), so `S{.a = TRY(x), .b = TRY(y)}` leaks.
/// For Result<void> it is a statement. A statement expression (GCC and clang both have it) keeps
/// `const auto x = TRY(f());` on one line, which is what makes parsers read top to bottom.
#define TRY(expression) \
  ALBUMEN_TRY_AS(ALBUMEN_UNIQUE_NAME(__COUNTER__), expression, std::move(try_error))

/// TRY that first puts words in front of the error: `TRY_CONTEXT(read(fd), "reading " + name)`.
/// `context` is evaluated only on failure.
#define TRY_CONTEXT(expression, context)                         \
  ALBUMEN_TRY_AS(ALBUMEN_UNIQUE_NAME(__COUNTER__), (expression), \
                 std::move(try_error).with_context(context))

// The name is unique so that a TRY inside a TRY does not shadow it.
// NOLINTBEGIN(bugprone-macro-parentheses): a name that is being declared takes no parentheses.
#define ALBUMEN_TRY_AS(result, expression, final_error) \
  __extension__({                                       \
    auto result = (expression);                         \
    if (!result.has_value()) [[unlikely]] {             \
      auto& try_error = result.error();                 \
      return std::unexpected(final_error);              \
    }                                                   \
    std::move(result).value();                          \
  })
// NOLINTEND(bugprone-macro-parentheses)
#define ALBUMEN_UNIQUE_NAME(number) ALBUMEN_UNIQUE_NAME_OF(number)
#define ALBUMEN_UNIQUE_NAME_OF(number) try_result_##number
