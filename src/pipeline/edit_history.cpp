// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit_history.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>

#include "pipeline/internal/people_input.h"

namespace albumen {
namespace {

constexpr std::array<std::string_view, 3> kStateNames{"stands", "undone", "without-effect"};

using PersonOfFace = std::map<FaceKey, const PersonRow*>;

// In the order of their ids, which is the library's.
using PeopleOfSide = std::vector<const PersonRow*>;

PersonOfFace person_of_face(const std::vector<PersonRow>& people) {
  PersonOfFace result;
  for (const PersonRow& person : people) {
    for (const FaceKey& face : person.faces) {
      result.emplace(face, &person);
    }
  }
  return result;
}

PeopleOfSide people_of(const std::vector<FaceKey>& side, const PersonOfFace& person_of) {
  PeopleOfSide people;
  for (const FaceKey& face : side) {
    if (const auto found = person_of.find(face); found != person_of.end()) {
      people.push_back(found->second);
    }
  }
  std::ranges::sort(people, {}, [](const PersonRow* person) { return person->id; });
  const auto rest = std::ranges::unique(people);
  people.erase(rest.begin(), rest.end());
  return people;
}

bool share_a_person(const PeopleOfSide& left, const PeopleOfSide& right) {
  return std::ranges::any_of(left, [&](const PersonRow* person) {
    return std::ranges::find(right, person) != right.end();
  });
}

// Whether anything of what the edit says is true of the people of today.
bool has_effect(const Edit& edit, const PeopleOfSide& left, const PeopleOfSide& right) {
  switch (edit.kind) {
    case EditKind::kName:
      return std::ranges::find(left, edit.name, &PersonRow::name) != left.end();
    case EditKind::kMerge:
    case EditKind::kAssign:
      return share_a_person(left, right);
    case EditKind::kSplit:
      return !left.empty() && left != right;
    case EditKind::kKeepApart:
      return !left.empty() && !right.empty() && left != right;
    case EditKind::kUndo:
      break;
  }
  return true;
}

std::vector<std::string> ids_of(const PeopleOfSide& people) {
  std::vector<std::string> ids;
  std::ranges::transform(people, std::back_inserter(ids), &PersonRow::id);
  return ids;
}

}  // namespace

std::string_view name_of(EditState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

Result<std::vector<EditRecord>> edit_history(const Library& library, Budget& budget) {
  const PeopleInput input = TRY(PeopleInput::load(library, budget));
  std::vector<Edit> log = TRY(edits_of(input.edits));
  const std::vector<Edit> today = TRY(edits_of_today(input));
  const auto undone = undone_edits(log);
  const PersonOfFace person_of =
      input.people_are_of_today ? person_of_face(input.people) : PersonOfFace{};
  std::vector<EditRecord> records;
  for (std::size_t place = 0; place < log.size(); ++place) {
    const PeopleOfSide left = people_of(today[place].left, person_of);
    const PeopleOfSide right = people_of(today[place].right, person_of);
    EditRecord record{.edit = std::move(log[place]),
                      .state = EditState::kStands,
                      .undone_by = 0,
                      .left_people = ids_of(left),
                      .right_people = ids_of(right)};
    if (const auto found = undone.find(record.edit.id); found != undone.end()) {
      record.state = EditState::kUndone;
      record.undone_by = found->second;
    } else if (input.people_are_of_today && !has_effect(record.edit, left, right)) {
      record.state = EditState::kWithoutEffect;
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace albumen
