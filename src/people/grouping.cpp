// SPDX-License-Identifier: Apache-2.0
#include "people/grouping.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>
#include <utility>

#include "people/internal/face_table.h"

namespace albumen {
namespace {

Result<void> check_options(const GroupingOptions& options) {
  constexpr double kLargest = 0.5;
  if (!(options.same_threshold > 0 && options.same_threshold <= kLargest)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("a same-person threshold of {} (allowed: above 0, at most {})",
                            options.same_threshold, kLargest));
  }
  return {};
}

Result<void> check_labels(const FaceSet& faces, const Partition& known) {
  const auto is_wrong = [&](std::uint32_t label) {
    return label >= known.people && label != kNobody;
  };
  if (known.person_of_face.size() != faces.keys.size() ||
      std::ranges::any_of(known.person_of_face, is_wrong)) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} faces with {} labels of {} people", faces.keys.size(),
                            known.person_of_face.size(), known.people));
  }
  return {};
}

// By the graph of near pairs: fast, and as much memory as there are such pairs.
Result<Partition> group_by_pairs(const FaceSet& faces, const Constraints& constraints,
                                 const GroupingOptions& options,
                                 const GroupingResources& resources) {
  people::FaceTable table(faces.dimension, options.same_threshold, people::History::kDrop,
                          resources.budget);
  GroupingUpdate update;
  update.added = faces;
  update.constraints = constraints;
  TRY(table.update(update, resources));
  std::vector<std::uint32_t> slots(faces.keys.size());
  std::iota(slots.begin(), slots.end(), 0U);
  return table.partition(slots, table.ordered_slots());
}

}  // namespace

Result<Partition> group(const FaceSet& faces, const Constraints& constraints,
                        const GroupingOptions& options, const GroupingResources& resources) {
  TRY(check_options(options));
  TRY(people::check_shape(faces));
  auto grouped = group_by_pairs(faces, constraints, options, resources);
  if (grouped.has_value() || grouped.error().code != ErrorCode::kBudgetExceeded) {
    return grouped;
  }
  // Somebody who is in ten thousand pictures has fifty million near pairs.
  if (resources.without_pairs) {
    resources.without_pairs();
  }
  people::FaceTable table(faces.dimension, options.same_threshold, people::History::kDrop,
                          resources.budget);
  return table.group_without_pairs(faces, constraints, resources);
}

/// Owns the table; replaces it when most of its slots are dead.
class Grouping::State {
 public:
  State(std::size_t dimension, const GroupingOptions& options, Budget* budget)
      : dimension_(dimension), options_(options), budget_(budget), table_(make_table()) {}

  Result<void> update(const GroupingUpdate& update, const GroupingResources& resources) {
    TRY(check_usable());
    usable_ = false;
    TRY(table_->update(update, resources));
    if (table_->slots() > kLeastSlots && table_->slots() > 2 * table_->faces()) {
      auto fresh = make_table();
      TRY(table_->copy_to(*fresh));
      table_ = std::move(fresh);
    }
    usable_ = true;
    return {};
  }

  Result<void> restore(const FaceSet& faces, const Partition& known, const Constraints& constraints,
                       const GroupingResources& resources) {
    return table_->restore(faces, known, constraints, resources);
  }

  Result<GroupedFaces> people() const {
    TRY(check_usable());
    const std::vector<std::uint32_t> slots = table_->ordered_slots();
    GroupedFaces result;
    for (const std::uint32_t slot : slots) {
      result.keys.push_back(table_->key(slot));
    }
    result.partition = table_->partition(slots, slots);
    return result;
  }

 private:
  static constexpr std::size_t kLeastSlots = 256;

  Result<void> check_usable() const {
    if (!usable_) {
      return fail(ErrorCode::kUnavailable, "an earlier update of these people failed");
    }
    return {};
  }

  std::unique_ptr<people::FaceTable> make_table() const {
    return std::make_unique<people::FaceTable>(dimension_, options_.same_threshold,
                                               people::History::kKeep, budget_);
  }

  std::size_t dimension_;
  GroupingOptions options_;
  Budget* budget_;
  std::unique_ptr<people::FaceTable> table_;
  bool usable_ = true;
};

Grouping::Grouping(std::unique_ptr<State> state) : state_(std::move(state)) {}

Grouping::Grouping(Grouping&&) noexcept = default;
Grouping& Grouping::operator=(Grouping&&) noexcept = default;
Grouping::~Grouping() = default;

Result<Grouping> Grouping::create(std::size_t dimension, const GroupingOptions& options,
                                  Budget* budget) {
  TRY(check_options(options));
  TRY(people::check_shape({.keys = {}, .f32 = {}, .f16 = {}, .dimension = dimension}));
  return Grouping(std::make_unique<State>(dimension, options, budget));
}

Result<Grouping> Grouping::restore(const FaceSet& faces, const Partition& known,
                                   const Constraints& constraints, const GroupingOptions& options,
                                   const GroupingResources& resources) {
  TRY(check_options(options));
  TRY(people::check_shape(faces));
  TRY(check_labels(faces, known));
  auto state = std::make_unique<State>(faces.dimension, options, resources.budget);
  TRY(state->restore(faces, known, constraints, resources));
  return Grouping(std::move(state));
}

Result<void> Grouping::update(const GroupingUpdate& update, const GroupingResources& resources) {
  return state_->update(update, resources);
}

Result<GroupedFaces> Grouping::people() const { return state_->people(); }

double threshold_for(std::size_t faces, double same_distance) {
  struct Step {
    std::size_t most_faces;
    double factor;
  };

  // Chosen so that pair precision stays above 0.995 with room on made-up libraries of the default
  // model's distances (README.md). The last step is not measured.
  constexpr std::array<Step, 4> kSteps{
      {{5'000, 1.0}, {30'000, 0.9}, {120'000, 0.82}, {500'000, 0.75}}};
  constexpr double kBeyond = 0.65;
  const auto step = std::ranges::find_if(
      kSteps, [faces](const Step& candidate) { return faces <= candidate.most_faces; });
  return same_distance * (step != kSteps.end() ? step->factor : kBeyond);
}

}  // namespace albumen
