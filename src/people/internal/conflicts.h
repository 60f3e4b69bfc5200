// SPDX-License-Identifier: Apache-2.0
// Who may not be the same person, as tokens that faces and clusters carry. A rule between a group
// of l and a group of r faces costs l + r tokens, not l * r pairs.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace albumen::people {

/// A picture (conflicts with itself) or one side of a keep-apart rule (conflicts with the other).
using Token = std::uint64_t;

inline constexpr Token kRuleBit = Token{1} << 63U;

constexpr Token picture_token(std::uint32_t picture) { return picture; }

/// The left side of a keep-apart rule; the right side is its `opponent`.
constexpr Token left_token(std::uint32_t rule) { return kRuleBit | (Token{rule} << 1U); }

/// What `token` may not meet.
constexpr Token opponent(Token token) { return (token & kRuleBit) != 0 ? token ^ 1U : token; }

/// True when a cluster with tokens `a` may not join one with tokens `b`; both sorted.
bool in_conflict(std::span<const Token> a, std::span<const Token> b);

/// The tokens of every face, by slot. One thread.
class Conflicts {
 public:
  /// Slots are added in order.
  void add_face(std::uint32_t picture);
  void remove_face(std::uint32_t slot);

  void clear_rules() { rules_.clear(); }

  void add_rule_token(std::uint32_t slot, Token token) { rules_[slot].push_back(token); }

  /// Appends the tokens of one face, unsorted.
  void append_tokens(std::uint32_t slot, std::vector<Token>& out) const;

 private:
  std::vector<std::uint32_t> picture_of_slot_;
  std::vector<std::uint32_t> faces_of_picture_;
  std::unordered_map<std::uint32_t, std::vector<Token>> rules_;
};

}  // namespace albumen::people
