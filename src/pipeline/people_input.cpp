// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/people_input.h"

#include <algorithm>
#include <future>
#include <utility>

#include "pipeline/people_run.h"

namespace albumen {
namespace {

// The places of a person's faces in the store; nothing when one of them is not there.
std::optional<std::vector<std::uint32_t>> places_of(const FaceStore& faces,
                                                    const PersonRow& person) {
  std::vector<std::uint32_t> places;
  places.reserve(person.faces.size());
  for (const FaceKey& key : person.faces) {
    const auto place = faces.place_of(key);
    if (!place) {
      return std::nullopt;
    }
    places.push_back(*place);
  }
  return places;
}

}  // namespace

Result<std::optional<AnalyzerId>> current_faces_analyzer(const Library& library) {
  for (const AnalyzerId& id : TRY(library.current_analyzers())) {
    if (id.name == "faces") {
      return std::optional{id};
    }
  }
  return std::optional<AnalyzerId>{};
}

Result<PeopleInput> PeopleInput::load(const Library& library, Budget& budget) {
  PeopleInput input;
  input.analyzer = TRY(current_faces_analyzer(library));
  auto people = std::async(std::launch::async, [&library] { return library.people(); });
  input.faces = TRY(FaceStore::load(library, budget));
  input.people = TRY(people.get());
  input.grouping = TRY(library.grouping());
  input.edits = TRY(library.edits());
  return input;
}

Result<std::vector<Edit>> edits_of(const std::vector<EditRow>& rows) {
  std::vector<Edit> edits;
  for (const EditRow& row : rows) {
    edits.push_back(TRY(edit_from_row(row)));
  }
  return edits;
}

Result<Decisions> decisions_of(const PeopleInput& input) {
  std::vector<LocatedEdit> log;
  for (const EditRow& row : input.edits) {
    LocatedEdit& located = log.emplace_back();
    located.edit = TRY(edit_from_row(row));
    for (const EditedFace& face : row.faces) {  // the left side first, as in the edit
      located.boxes.push_back(face.box);
    }
  }
  return resolve(rebind(log, input.faces.located()));
}

Partition known_people(const PeopleInput& input, const PersonBasis& basis) {
  Partition known{.person_of_face = std::vector<std::uint32_t>(input.faces.size(), kNobody),
                  .people = static_cast<std::uint32_t>(input.people.size())};
  for (std::uint32_t label = 0; label < known.people; ++label) {
    const PersonRow& person = input.people[label];
    const auto places = places_of(input.faces, person);
    const auto is_taken = [&](std::uint32_t place) {
      return known.person_of_face[place] != kNobody;  // in a file that no albumen wrote
    };
    if (!person.made_from || !person.best_face || !places ||
        std::ranges::any_of(*places, is_taken) ||
        basis.of(input.faces.set(), input.faces.quality(), *places) != *person.made_from) {
      continue;
    }
    for (const std::uint32_t place : *places) {
      known.person_of_face[place] = label;
    }
  }
  return known;
}

}  // namespace albumen
