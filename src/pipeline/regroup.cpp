// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/regroup.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "people/dbscan.h"
#include "people/grouping.h"
#include "people/persons.h"
#include "pipeline/internal/grouping_rows.h"

namespace albumen {
namespace {

DbscanOptions dbscan_options(const PeopleOptions& options) {
  return {.eps = options.eps,
          .min_samples = options.min_samples,
          .least_eps = options.least_eps,
          .largest_eps = options.largest_eps,
          .model = options.model};
}

Result<Partition> by_dbscan(const FaceStore& faces, const Decisions& decisions,
                            const PeopleOptions& options, const GroupingResources& resources) {
  TRY(check_method(options, decisions));
  return dbscan(faces.set(), dbscan_options(options), resources);
}

// The same people, labelled in the order of their first faces.
Partition in_order(const Partition& known) {
  Partition result;
  std::vector<std::uint32_t> labels(known.people, kNobody);
  for (const std::uint32_t label : known.person_of_face) {
    if (labels[label] == kNobody) {
      labels[label] = result.people++;
    }
    result.person_of_face.push_back(labels[label]);
  }
  return result;
}

Result<Partition> by_linkage(const FaceSet& faces, const Partition& known,
                             const Constraints& constraints, const GroupingOptions& options,
                             const GroupingResources& resources) {
  const auto unknown = static_cast<std::size_t>(std::ranges::count(known.person_of_face, kNobody));
  if (unknown == 0) {
    return in_order(known);
  }
  // A face of nobody costs about twice what it costs in a full run.
  constexpr std::size_t kWorthwhile = 4;
  if (unknown <= faces.keys.size() / kWorthwhile) {
    const auto restored = Grouping::restore(faces, known, constraints, options, resources);
    if (restored.has_value()) {
      return TRY(restored->people()).partition;
    }
    // Either the library calls people what are none, and is not believed at all, or what was known
    // of a very large person does not fit into the budget.
    const ErrorCode code = restored.error().code;
    if (code != ErrorCode::kInvalidArgument && code != ErrorCode::kBudgetExceeded) {
      return std::unexpected(restored.error());
    }
  }
  return group(faces, constraints, options, resources);
}

// Which people of a partition are, face for face, people that were known before.
class Comparison {
 public:
  Comparison(const Partition& partition, const Partition& known)
      : known_of_(partition.people, kNobody), changed_{.person_of_face = partition.person_of_face} {
    find_known(partition, known);
    std::vector<std::uint32_t> labels(partition.people, kNobody);
    for (std::uint32_t& label : changed_.person_of_face) {
      if (label == kNobody || known_of_[label] != kNobody) {
        label = kNobody;
        continue;
      }
      if (labels[label] == kNobody) {
        labels[label] = changed_.people++;
        full_label_.push_back(label);
      }
      label = labels[label];
    }
  }

  /// Of a label of the partition: the label among the known, or kNobody.
  [[nodiscard]] std::uint32_t known_of(std::uint32_t label) const { return known_of_[label]; }

  /// The others by themselves: all other faces belong to nobody.
  [[nodiscard]] const Partition& changed() const { return changed_; }

  /// The label in the partition of a label of `changed`.
  [[nodiscard]] std::uint32_t full_label(std::uint32_t label) const { return full_label_[label]; }

 private:
  void find_known(const Partition& partition, const Partition& known) {
    std::vector<std::size_t> faces(partition.people);
    std::vector<std::size_t> known_faces(known.people);
    std::vector<bool> is_mixed(partition.people);
    for (std::size_t face = 0; face < partition.person_of_face.size(); ++face) {
      const std::uint32_t before = known.person_of_face[face];
      if (before != kNobody) {
        ++known_faces[before];
      }
      const std::uint32_t label = partition.person_of_face[face];
      if (label != kNobody) {
        std::uint32_t& found = known_of_[label];
        found = faces[label]++ == 0 ? before : found;
        is_mixed[label] = is_mixed[label] || found != before;
      }
    }
    for (std::size_t label = 0; label < known_of_.size(); ++label) {
      std::uint32_t& found = known_of_[label];
      if (found != kNobody && (is_mixed[label] || known_faces[found] != faces[label])) {
        found = kNobody;
      }
    }
  }

  std::vector<std::uint32_t> known_of_;
  Partition changed_;
  std::vector<std::uint32_t> full_label_;
};

bool is_tentative(std::size_t faces, const std::string& name, const PeopleOptions& options) {
  return faces < options.least_faces && name.empty();  // a named person is one, however few
}

// The people of a partition as rows, as far as they differ from those in the library.
class Difference {
 public:
  Difference(const PeopleInput& input, const Comparison& comparison, const PeopleOptions& options)
      : input_(input),
        comparison_(comparison),
        options_(options),
        is_kept_(input.people.size()),
        summary_{.known = true, .people = 0, .tentative = 0, .faces = input.faces.size()} {}

  // Those who are as they were may have another name.
  void keep(const std::vector<std::string>& names) {
    for (std::uint32_t label = 0; label < names.size(); ++label) {
      const std::uint32_t known = comparison_.known_of(label);
      if (known == kNobody) {
        continue;
      }
      is_kept_[known] = true;
      const PersonRow& before = input_.people[known];
      const bool tentative = is_tentative(before.faces.size(), names[label], options_);
      ++(tentative ? summary_.tentative : summary_.people);
      if (before.name != names[label] || before.tentative != tentative) {
        PersonRow row = before;
        row.name = names[label];
        row.tentative = tentative;
        change_.people.push_back(std::move(row));
      }
    }
  }

  // The others, after `keep`. Faces of nobody (DBSCAN noise) are in none.
  Result<void> change(const std::vector<std::string>& names, const PersonBasis* basis) {
    if (comparison_.changed().people == 0) {
      return {};
    }
    const FaceSet faces = input_.faces.set();
    const GroupedFaces grouped{.keys = {faces.keys.begin(), faces.keys.end()},
                               .partition = comparison_.changed()};
    const auto ids = given_ids(grouped);
    const auto summaries = TRY(summarise(faces, grouped.partition, input_.faces.quality(),
                                         {.least_faces = options_.least_faces}));
    std::vector<std::vector<std::uint32_t>> members(ids.size());
    for (std::uint32_t face = 0; face < grouped.keys.size(); ++face) {
      if (const std::uint32_t label = grouped.partition.person_of_face[face]; label != kNobody) {
        members[label].push_back(face);
      }
    }
    for (std::uint32_t label = 0; label < ids.size(); ++label) {
      const std::string& name = names[comparison_.full_label(label)];
      PersonRow row{.id = ids[label],
                    .name = name,
                    .tentative = is_tentative(members[label].size(), name, options_),
                    .spread = summaries[label].spread,
                    .best_face = summaries[label].best_face,
                    .faces = {},
                    .made_from = std::nullopt};
      for (const std::uint32_t face : members[label]) {
        row.faces.push_back(faces.keys[face]);
      }
      if (basis != nullptr) {
        row.made_from = basis->of(faces, input_.faces.quality(), members[label]);
      }
      ++(row.tentative ? summary_.tentative : summary_.people);
      change_.people.push_back(std::move(row));
    }
    return {};
  }

  Result<PeopleSummary> write(LibraryWriter& writer) && {
    change_.faces_analyzer = *input_.analyzer;
    change_.replace_all = std::ranges::none_of(is_kept_, [](bool is_kept) { return is_kept; });
    for (std::size_t place = 0; place < is_kept_.size(); ++place) {
      if (!is_kept_[place] && !change_.replace_all) {
        change_.removed.push_back(input_.people[place].id);
      }
    }
    if (const GroupingRow grouping = grouping_to_row(options_); input_.grouping != grouping) {
      change_.grouping = grouping;
    }
    const bool is_empty =
        change_.removed.empty() && change_.people.empty() && !change_.grouping.has_value();
    if (!is_empty || (change_.replace_all && !input_.people.empty())) {
      TRY(writer.change_people(change_));
    }
    return summary_;
  }

 private:
  // Ids stay with those who keep most faces of a person who is not as before.
  std::vector<PersonId> given_ids(const GroupedFaces& grouped) const {
    std::map<FaceKey, PersonId> before;
    std::set<PersonId> taken;
    for (std::size_t place = 0; place < is_kept_.size(); ++place) {
      const PersonRow& person = input_.people[place];
      if (is_kept_[place]) {
        taken.insert(person.id);
      } else {
        for (const FaceKey& face : person.faces) {
          before.emplace(face, person.id);
        }
      }
    }
    return assign_person_ids(grouped, before, std::move(taken));
  }

  const PeopleInput& input_;  // outlives this, as the next two
  const Comparison& comparison_;
  const PeopleOptions& options_;
  std::vector<bool> is_kept_;  // of the people in the library
  PeopleChange change_;
  PeopleSummary summary_;
};

// All that decides who is who beside the faces and what was said about them.
std::string context_of(const AnalyzerId& id, double threshold) {
  return fmt::format("{}\n{}\n{}\n{}\n{}", id.name, id.version, id.model_digest, id.parameters,
                     threshold);
}

}  // namespace

Result<void> check_method(const PeopleOptions& options, const Decisions& decisions) {
  if (options.method != GroupingMethod::kDbscan) {
    return {};
  }
  if (!decisions.constraints.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "DBSCAN knows no merges, splits or keep-apart; undo them or group with --method "
                "linkage");
  }
  return check_dbscan(dbscan_options(options));
}

Result<PeopleSummary> regroup(const PeopleInput& input, LibraryWriter& writer,
                              const PeopleOptions& options, Budget& budget, const StopToken& stop) {
  if (!input.analyzer) {
    return PeopleSummary{};
  }
  if (options.counted) {
    options.counted(input.faces.size());
  }
  bool without_pairs = false;
  const GroupingResources resources{
      .budget = &budget, .threads = options.threads, .stop = stop, .without_pairs = [&] {
        without_pairs = true;
      }};
  const bool is_linkage = options.method == GroupingMethod::kAverageLinkage;
  const Decisions decisions = TRY(decisions_of(input));
  const double threshold =
      threshold_for(input.faces.size(), options.same_distance.value_or(options.card_distance));
  const PersonBasis basis{context_of(*input.analyzer, threshold), decisions.constraints};
  Partition known{.person_of_face = std::vector<std::uint32_t>(input.faces.size(), kNobody)};
  if (is_linkage && !options.afresh) {
    known = known_people(input, basis);
  }
  Partition partition;
  if (input.faces.size() > 0) {
    partition = is_linkage ? TRY(by_linkage(input.faces.set(), known, decisions.constraints,
                                            {.same_threshold = threshold}, resources))
                           : TRY(by_dbscan(input.faces, decisions, options, resources));
  }
  const Comparison comparison{partition, known};
  const auto names =
      assign_names({.keys = {input.faces.set().keys.begin(), input.faces.set().keys.end()},
                    .partition = partition},
                   decisions.names);
  Difference difference{input, comparison, options};
  difference.keep(names);
  TRY(difference.change(names, is_linkage ? &basis : nullptr));
  PeopleSummary summary = TRY(std::move(difference).write(writer));
  summary.without_pairs = without_pairs;
  return summary;
}

}  // namespace albumen
