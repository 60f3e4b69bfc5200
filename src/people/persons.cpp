// SPDX-License-Identifier: Apache-2.0
#include "people/persons.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <set>
#include <tuple>
#include <utility>

#include "core/check.h"
#include "files/face_id.h"
#include "files/sha256.h"
#include "people/internal/fixed_point.h"

namespace albumen {
namespace {

constexpr std::size_t kIdDigits = 12;

std::string digits_of(const FaceKey& key) {
  const std::string text = to_string(key);
  return to_string(sha256(std::as_bytes(std::span(text))));
}

// Chips above the size that the embedding net sees are no better.
float worth(const FaceQuality& quality) {
  constexpr float kEnoughPixels = 150;
  return quality.score * std::min(quality.chip_pixels, kEnoughPixels);
}

// What adds up to a summary.
struct Sums {
  PersonSummary summary;
  FaceQuality best;
  std::vector<double> vector;
  std::set<Sha256Digest> pictures;

  void add(const FaceKey& key, const FaceQuality& quality, std::span<const double> unit) {
    const auto rank = [](const FaceQuality& it) { return std::pair(worth(it), it.sharpness); };
    if (summary.faces == 0 || rank(quality) > rank(best) ||
        (rank(quality) == rank(best) && key < summary.best_face)) {
      best = quality;
      summary.best_face = key;
    }
    ++summary.faces;
    pictures.insert(key.picture);
    vector.resize(unit.size());
    for (std::size_t i = 0; i < unit.size(); ++i) {
      vector[i] += unit[i];
    }
  }

  PersonSummary finish(const SummaryOptions& options) {
    double squares = 0;
    for (const double value : vector) {
      squares += value * value;
    }
    summary.pictures = static_cast<std::uint32_t>(pictures.size());
    // The mean of 1 - x . S/|S| over the faces x, with S their sum, is 1 - |S|/n.
    summary.spread = summary.faces == 0 ? 0 : std::max(0.0, 1 - std::sqrt(squares) / summary.faces);
    summary.tentative = summary.faces < options.least_faces;
    return summary;
  }
};

}  // namespace

PersonId derive_person_id(const FaceKey& first_face) {
  return "p-" + digits_of(first_face).substr(0, kIdDigits);
}

std::vector<PersonId> assign_person_ids(const GroupedFaces& grouped,
                                        const std::map<FaceKey, PersonId>& before,
                                        std::set<PersonId> taken) {
  const std::vector<std::uint32_t>& labels = grouped.partition.person_of_face;
  std::map<std::pair<PersonId, std::uint32_t>, std::size_t> overlaps;
  std::vector<const FaceKey*> first(grouped.partition.people);
  for (std::size_t i = 0; i < grouped.keys.size(); ++i) {
    if (labels[i] == kNobody) {
      continue;
    }
    if (first[labels[i]] == nullptr || grouped.keys[i] < *first[labels[i]]) {
      first[labels[i]] = &grouped.keys[i];
    }
    if (const auto found = before.find(grouped.keys[i]); found != before.end()) {
      ++overlaps[{found->second, labels[i]}];
    }
  }
  // Sorts by most faces (the complement makes them least), then id, then label.
  std::vector<std::tuple<std::size_t, PersonId, std::uint32_t>> claims;
  for (const auto& [claim, count] : overlaps) {
    claims.emplace_back(~count, claim.first, claim.second);
  }
  std::ranges::sort(claims);
  std::vector<PersonId> ids(grouped.partition.people);
  for (const auto& [least_count, id, label] : claims) {
    if (ids[label].empty() && taken.insert(id).second) {
      ids[label] = id;
    }
  }
  for (std::size_t label = 0; label < ids.size(); ++label) {
    if (!ids[label].empty() || first[label] == nullptr) {
      continue;
    }
    const std::string digits = digits_of(*first[label]);
    std::size_t length = kIdDigits;
    do {
      ids[label] = "p-" + digits.substr(0, length++);
    } while (!taken.insert(ids[label]).second && length <= digits.size());
  }
  return ids;
}

std::vector<std::string> assign_names(const GroupedFaces& grouped,
                                      std::span<const NamedFaces> names) {
  std::vector<std::string> result(grouped.partition.people);
  for (const NamedFaces& named : names) {
    std::map<std::uint32_t, std::size_t> votes;
    for (const FaceKey& key : named.faces) {
      const auto found = std::ranges::lower_bound(grouped.keys, key);
      if (found == grouped.keys.end() || *found != key) {
        continue;
      }
      const std::uint32_t label =
          grouped.partition.person_of_face[static_cast<std::size_t>(found - grouped.keys.begin())];
      if (label != kNobody) {
        ++votes[label];
      }
    }
    const auto winner = std::ranges::max_element(
        votes, {}, [](const auto& vote) { return vote.second; });  // the first of equals
    if (winner != votes.end()) {
      result[winner->first] = named.name;
    }
  }
  return result;
}

Result<std::vector<PersonSummary>> summarise(const FaceSet& faces, const Partition& partition,
                                             std::span<const FaceQuality> quality,
                                             const SummaryOptions& options) {
  TRY(people::check_shape(faces));
  if (partition.person_of_face.size() != faces.keys.size() ||
      (!quality.empty() && quality.size() != faces.keys.size())) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} faces with {} labels and {} qualities", faces.keys.size(),
                            partition.person_of_face.size(), quality.size()));
  }
  std::vector<Sums> sums(partition.people);
  std::vector<double> unit(faces.dimension);
  for (std::size_t i = 0; i < faces.keys.size(); ++i) {
    const std::uint32_t label = partition.person_of_face[i];
    if (label == kNobody) {
      continue;
    }
    ALBUMEN_ENSURE(label < partition.people);
    TRY(people::to_unit(faces, i, unit));
    sums[label].add(faces.keys[i], quality.empty() ? FaceQuality{} : quality[i], unit);
  }
  std::vector<PersonSummary> result;
  for (Sums& sum : sums) {
    result.push_back(sum.finish(options));
  }
  return result;
}

}  // namespace albumen
