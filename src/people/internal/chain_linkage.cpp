// SPDX-License-Identifier: Apache-2.0
#include "people/internal/chain_linkage.h"

#include <algorithm>
#include <utility>

#include "people/internal/pair_scan.h"

namespace albumen::people {

ChainLinkage::ChainLinkage(const FixedRows& rows, const std::vector<FaceKey>& keys,
                           const Conflicts& conflicts, std::int64_t threshold, Budget* budget)
    : rows_(rows),
      keys_(keys),
      conflicts_(conflicts),
      threshold_(threshold),
      sums_(rows.stride(), budget) {}

Result<void> ChainLinkage::run(std::span<const std::vector<std::uint32_t>> groups,
                               const StopToken& stop) {
  clusters_.resize(keys_.size());
  open_.reserve(keys_.size());
  for (std::uint32_t slot = 0; slot < clusters_.size(); ++slot) {
    Cluster& cluster = clusters_[slot];
    cluster.anchor = slot;
    cluster.place = slot;
    conflicts_.append_tokens(slot, cluster.tokens);
    std::ranges::sort(cluster.tokens);
    open_.push_back(slot);
  }
  for (const std::vector<std::uint32_t>& group : groups) {
    for (const std::uint32_t slot : std::span{group}.subspan(1)) {
      TRY(join(group.front(), slot));
    }
  }
  while (!open_.empty()) {
    chain_.push_back(open_.back());
    TRY(follow_chain(stop));
  }
  return {};
}

// Until every cluster of the chain joined or is known to stay as it is.
Result<void> ChainLinkage::follow_chain(const StopToken& stop) {
  while (!chain_.empty()) {
    TRY(check_stop(stop));
    const std::uint32_t id = chain_.back();
    const auto choice = best_partner(id);
    if (!choice) {
      chain_.pop_back();
      close(id);
    } else if (chain_.size() > 1 && choice->partner == chain_[chain_.size() - 2]) {
      chain_.resize(chain_.size() - 2);
      TRY(join(choice->partner, id));
    } else {
      chain_.push_back(choice->partner);
    }
  }
  return {};
}

std::int64_t ChainLinkage::similarity(const Cluster& a, const Cluster& b) const {
  const std::uint64_t pairs = std::uint64_t{a.size} * b.size;
  if (a.sum_row == kNone && b.sum_row == kNone) {
    return mean_similarity(dot(rows_.row(a.anchor), rows_.row(b.anchor)), pairs);
  }
  if (a.sum_row == kNone) {
    return mean_similarity(dot(sums_.row(b.sum_row), rows_.row(a.anchor)), pairs);
  }
  if (b.sum_row == kNone) {
    return mean_similarity(dot(sums_.row(a.sum_row), rows_.row(b.anchor)), pairs);
  }
  return mean_similarity(dot(sums_.row(a.sum_row), sums_.row(b.sum_row)), pairs);
}

std::optional<ChainLinkage::Choice> ChainLinkage::best_partner(std::uint32_t id) const {
  const Cluster& mine = clusters_[id];
  std::optional<Choice> best;
  std::int64_t least = threshold_;
  for (const std::uint32_t other : open_) {
    const Cluster& theirs = clusters_[other];
    const std::int64_t mean = other == id ? 0 : similarity(mine, theirs);
    if (mean < least) {
      continue;
    }
    const JoinTime time = join_time(mine.anchor, theirs.anchor, mean, keys_);
    const bool is_better = !best || happens_before(time, best->time, keys_);
    if (is_better && std::uint64_t{mine.size} + theirs.size <= kMostFacesOfPerson &&
        !in_conflict(mine.tokens, theirs.tokens)) {
      best = {.time = time, .partner = other};
      least = mean;
    }
  }
  return best;
}

void ChainLinkage::add_to_sum(std::uint32_t sum_row, const Cluster& part) {
  const auto sum = sums_.row(sum_row);
  if (part.sum_row != kNone) {
    const auto row = std::as_const(sums_).row(part.sum_row);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      sum[i] += row[i];
    }
    return;
  }
  const auto row = rows_.row(part.anchor);
  const std::size_t count = std::min(row.size(), sum.size());
  for (std::size_t i = 0; i < count; ++i) {
    sum[i] += row[i];
  }
}

// The larger one keeps its name: then the ways of leader_of are short.
Result<void> ChainLinkage::join(std::uint32_t kept, std::uint32_t taken) {
  if (clusters_[kept].size < clusters_[taken].size) {
    std::swap(kept, taken);
  }
  Cluster& to = clusters_[kept];
  Cluster& from = clusters_[taken];
  if (to.sum_row == kNone) {
    const std::uint32_t sum_row = TRY(sums_.add());
    add_to_sum(sum_row, to);
    to.sum_row = sum_row;
  }
  add_to_sum(to.sum_row, from);
  if (from.sum_row != kNone) {
    sums_.release(std::exchange(from.sum_row, kNone));
  }
  to.anchor = join_time(to.anchor, from.anchor, 0, keys_).high;
  to.size += from.size;
  std::vector<Token> tokens(to.tokens.size() + from.tokens.size());
  std::ranges::merge(to.tokens, from.tokens, tokens.begin());
  to.tokens = std::move(tokens);
  from.tokens = {};
  from.leader = kept;
  close(taken);
  return {};
}

// Nobody will choose it any more.
void ChainLinkage::close(std::uint32_t id) {
  const std::uint32_t place = clusters_[id].place;
  open_[place] = open_.back();
  clusters_[open_[place]].place = place;
  open_.pop_back();
}

std::uint32_t ChainLinkage::leader_of(std::uint32_t slot) const {
  while (clusters_[slot].leader != kNone) {
    slot = clusters_[slot].leader;
  }
  return slot;
}

}  // namespace albumen::people
