// SPDX-License-Identifier: Apache-2.0
// Strict reading of TOML tables: every key is asked for once, by type and range; what was not
// asked for is an error. Hides toml++.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace albumen {

/// Inclusive.
struct NumberRange {
  double least = 0;
  double most = 0;
};

template <class Value>
struct NamedValue {
  std::string_view name;
  Value value;
};

/// One table of a card. Keys are consumed: asking twice for one is NotFound, so a reader's own
/// mistake shows in its first test. Errors: InvalidArgument with file, table, key and what is
/// allowed.
class CardTable {
 public:
  static Result<CardTable> parse(std::string_view toml, std::string_view name);

  CardTable(CardTable&&) noexcept;
  CardTable& operator=(CardTable&&) noexcept;
  ~CardTable();

  Result<std::string> text(std::string_view key);
  Result<std::string> text_or(std::string_view key, std::string_view otherwise);
  Result<std::int64_t> integer(std::string_view key, NumberRange range);
  /// An integer is taken as a number, too. Never NaN.
  Result<double> number(std::string_view key, NumberRange range);
  /// Exactly `count` numbers; nested arrays are not looked into.
  Result<std::vector<double>> numbers(std::string_view key, std::size_t count, NumberRange range);
  Result<CardTable> table(std::string_view key);
  /// 1 to `most` tables.
  Result<std::vector<CardTable>> tables(std::string_view key, std::size_t most);

  template <class Value, std::size_t kCount>
  Result<Value> choice(std::string_view key, const std::array<NamedValue<Value>, kCount>& choices) {
    const std::string found = TRY(text(key));
    std::string allowed;
    for (const NamedValue<Value>& candidate : choices) {
      if (candidate.name == found) {
        return candidate.value;
      }
      allowed += (allowed.empty() ? "" : ", ") + std::string(candidate.name);
    }
    return refuse(key, "must be one of " + allowed);
  }

  Result<void> expect_no_more() const;

  /// The error "CARD: TABLE.KEY WORDS".
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view key, std::string_view words) const;

 private:
  struct State;
  explicit CardTable(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace albumen
