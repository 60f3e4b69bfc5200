// SPDX-License-Identifier: Apache-2.0
#include "infer/internal/card_reader.h"

#include <cmath>
#include <fmt/core.h>
#include <utility>

#include <toml++/toml.h>

namespace albumen {
namespace {

// Words of a card end up in terminals and databases.
constexpr std::size_t kLongestText = 16384;

bool in_range(double value, NumberRange range) {
  return value >= range.least && value <= range.most;  // false for NaN
}

std::string words_of(NumberRange range) {
  return fmt::format("must be a number from {} to {}", range.least, range.most);
}

}  // namespace

struct CardTable::State {
  toml::table table;
  std::string file;
  std::string prefix;  // "input." inside [input]

  // Moves the value of `key` out of the table; null where there is none.
  std::unique_ptr<toml::node> take(std::string_view key) {
    const auto found = table.find(key);
    if (found == table.end()) {
      return nullptr;
    }
    std::unique_ptr<toml::node> node;
    found->second.visit(
        [&node]<class Node>(Node& value) { node = std::make_unique<Node>(std::move(value)); });
    table.erase(found);
    return node;
  }
};

CardTable::CardTable(std::unique_ptr<State> state) : state_(std::move(state)) {}

CardTable::CardTable(CardTable&&) noexcept = default;
CardTable& CardTable::operator=(CardTable&&) noexcept = default;
CardTable::~CardTable() = default;

Result<CardTable> CardTable::parse(std::string_view toml, std::string_view name) {
  auto state = std::make_unique<State>();
  state->file = name;
  try {
    state->table = toml::parse(toml, name);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("model card {}, line {}: {}", name, error.source().begin.line,
                            error.description()));
  }
  return CardTable(std::move(state));
}

std::unexpected<Error> CardTable::refuse(std::string_view key, std::string_view words) const {
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("model card {}: {}{} {}", state_->file, state_->prefix, key, words));
}

Result<std::string> CardTable::text_or(std::string_view key, std::string_view otherwise) {
  if (!state_->table.contains(key)) {
    return std::string(otherwise);
  }
  return text(key);
}

Result<std::string> CardTable::text(std::string_view key) {
  const auto node = state_->take(key);
  const auto* value = node == nullptr ? nullptr : node->as_string();
  if (value == nullptr) {
    return refuse(key, node == nullptr ? "is missing" : "must be a text");
  }
  if (value->get().size() > kLongestText || value->get().find('\0') != std::string::npos) {
    return refuse(key, fmt::format("must be a text of at most {} bytes", kLongestText));
  }
  return value->get();
}

Result<std::int64_t> CardTable::integer(std::string_view key, NumberRange range) {
  const auto node = state_->take(key);
  const auto* value = node == nullptr ? nullptr : node->as_integer();
  if (value == nullptr) {
    return refuse(key, node == nullptr ? "is missing" : "must be an integer");
  }
  if (!in_range(static_cast<double>(value->get()), range)) {
    return refuse(key, words_of(range));
  }
  return value->get();
}

Result<double> CardTable::number(std::string_view key, NumberRange range) {
  const auto node = state_->take(key);
  if (node == nullptr) {
    return refuse(key, "is missing");
  }
  const auto value = node->is_number() ? node->value<double>() : std::nullopt;
  if (!value.has_value() || !in_range(*value, range)) {
    return refuse(key, words_of(range));
  }
  return *value;
}

Result<std::vector<double>> CardTable::numbers(std::string_view key, std::size_t count,
                                               NumberRange range) {
  const auto node = state_->take(key);
  const auto* array = node == nullptr ? nullptr : node->as_array();
  if (array == nullptr || array->size() != count) {
    return refuse(
        key, node == nullptr ? "is missing" : fmt::format("must be an array of {} numbers", count));
  }
  std::vector<double> values;
  for (const toml::node& element : *array) {
    const auto value = element.is_number() ? element.value<double>() : std::nullopt;
    if (!value.has_value() || !in_range(*value, range)) {
      return refuse(key, words_of(range));
    }
    values.push_back(*value);
  }
  return values;
}

Result<CardTable> CardTable::table(std::string_view key) {
  const auto node = state_->take(key);
  auto* table = node == nullptr ? nullptr : node->as_table();
  if (table == nullptr) {
    return refuse(key, node == nullptr ? "is missing" : "must be a table");
  }
  auto state = std::make_unique<State>();
  state->table = std::move(*table);
  state->file = state_->file;
  state->prefix = fmt::format("{}{}.", state_->prefix, key);
  return CardTable(std::move(state));
}

Result<std::vector<CardTable>> CardTable::tables(std::string_view key, std::size_t most) {
  const auto node = state_->take(key);
  auto* array = node == nullptr ? nullptr : node->as_array();
  if (array == nullptr || array->empty() || array->size() > most ||
      !array->is_homogeneous(toml::node_type::table)) {
    return refuse(key, fmt::format("must be 1 to {} tables [[{}{}]]", most, state_->prefix, key));
  }
  std::vector<CardTable> tables;
  for (toml::node& element : *array) {
    auto state = std::make_unique<State>();
    state->table = std::move(*element.as_table());
    state->file = state_->file;
    state->prefix = fmt::format("{}{}[{}].", state_->prefix, key, tables.size());
    tables.push_back(CardTable(std::move(state)));
  }
  return tables;
}

Result<void> CardTable::expect_no_more() const {
  if (!state_->table.empty()) {
    return refuse(state_->table.begin()->first.str(), "is not a key of model cards");
  }
  return {};
}

}  // namespace albumen
