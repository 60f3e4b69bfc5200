// SPDX-License-Identifier: Apache-2.0
#include "pipeline/internal/people_input.h"

#include <algorithm>
#include <future>
#include <span>
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

// All of today's faces on the pictures of `faces`, which are ordered.
std::vector<LocatedFace> faces_beside(const std::vector<EditedFace>& faces,
                                      const FaceStore& today) {
  std::vector<LocatedFace> result;
  std::optional<PictureId> last;
  for (const EditedFace& face : faces) {
    if (last == face.key.picture) {
      continue;
    }
    last = face.key.picture;
    const auto found = std::ranges::equal_range(
        today.located(), *last, {}, [](const LocatedFace& it) { return it.key.picture; });
    result.insert(result.end(), found.begin(), found.end());
  }
  return result;
}

// Ids stay with faces, and keys of faces do not outlive their analyzer: people of before get the
// faces that lie where theirs lay.
Result<void> move_people_to_today(const Library& library, PeopleInput& input) {
  const auto analyzers = TRY(library.analyzers_of_people());
  input.people_are_of_today = std::ranges::all_of(
      analyzers, [&](const AnalyzerId& analyzer) { return input.analyzer == analyzer; });
  if (input.people_are_of_today || analyzers.size() > 1) {
    return {};
  }
  for (PersonRow& person : input.people) {
    const auto faces = TRY(library.locate(analyzers.front(), person.faces));
    LocatedEdit then;  // as if the grouping had been an edit
    for (const EditedFace& face : faces) {
      then.edit.left.push_back(face.key);
      then.boxes.push_back(face.box);
    }
    person.faces = rebind(std::span{&then, 1}, faces_beside(faces, input.faces)).front().left;
    std::ranges::sort(person.faces);
  }
  return {};
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
  TRY(move_people_to_today(library, input));
  return input;
}

Result<std::vector<Edit>> edits_of(const std::vector<EditRow>& rows) {
  std::vector<Edit> edits;
  for (const EditRow& row : rows) {
    edits.push_back(TRY(edit_from_row(row)));
  }
  return edits;
}

Result<std::vector<Edit>> edits_of_today(const PeopleInput& input) {
  std::vector<LocatedEdit> log;
  for (const EditRow& row : input.edits) {
    LocatedEdit& located = log.emplace_back();
    located.edit = TRY(edit_from_row(row));
    for (const EditedFace& face : row.faces) {  // the left side first, as in the edit
      located.boxes.push_back(face.box);
    }
  }
  return rebind(log, input.faces.located());
}

Result<Decisions> decisions_of(const PeopleInput& input) {
  return resolve(TRY(edits_of_today(input)));
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
