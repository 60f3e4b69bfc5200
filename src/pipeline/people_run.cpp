// SPDX-License-Identifier: Apache-2.0
#include "pipeline/people_run.h"

#include <algorithm>
#include <chrono>
#include <fmt/core.h>
#include <map>
#include <set>
#include <utility>

#include "analyze/faces/faces_analyzer.h"
#include "people/dbscan.h"
#include "people/grouping.h"
#include "people/persons.h"
#include "pipeline/internal/face_store.h"

namespace albumen {
namespace {

Result<std::vector<Edit>> load_edits(const std::vector<EditRow>& rows) {
  std::vector<Edit> edits;
  for (const EditRow& row : rows) {
    edits.push_back(TRY(edit_from_row(row)));
  }
  return edits;
}

// The log with its faces as they are found today: a new detector gives a face another index.
Result<std::vector<Edit>> current_edits(const Library& library, const FaceStore& faces) {
  const std::vector<EditRow> rows = TRY(library.edits());
  std::vector<LocatedFace> before;
  for (const EditRow& row : rows) {
    for (const EditedFace& face : row.faces) {
      before.push_back({.key = face.key, .box = face.box});
    }
  }
  return rebind(TRY(load_edits(rows)), before, faces.located()).edits;
}

Result<void> check_method(const PeopleOptions& options, const Decisions& decisions) {
  if (options.method == GroupingMethod::kDbscan && !decisions.constraints.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "DBSCAN knows no merges, splits or keep-apart; undo them or use the default "
                "method");
  }
  return {};
}

Result<Partition> partition_of(const FaceStore& faces, const Decisions& decisions,
                               const PeopleOptions& options, const GroupingResources& resources) {
  TRY(check_method(options, decisions));
  if (options.method == GroupingMethod::kDbscan) {
    return dbscan(faces.set(),
                  {.eps = options.eps,
                   .min_samples = options.min_samples,
                   .least_eps = options.least_eps,
                   .largest_eps = options.largest_eps,
                   .model = options.model},
                  resources);
  }
  const double threshold = threshold_for(faces.size(), options.same_distance);
  return group(faces.set(), decisions.constraints, {.same_threshold = threshold}, resources);
}

// The rows of a partition. Faces of nobody (DBSCAN noise) are in none.
Result<std::vector<PersonRow>> person_rows(const FaceStore& faces, const GroupedFaces& grouped,
                                           const Decisions& decisions,
                                           const std::map<FaceKey, PersonId>& ids_before,
                                           const PeopleOptions& options) {
  const auto ids = assign_person_ids(grouped, ids_before);
  const auto names = assign_names(grouped, decisions.names);
  const auto summaries = TRY(summarise(faces.set(), grouped.partition, faces.quality(),
                                       {.least_faces = options.least_faces}));
  std::vector<PersonRow> rows(grouped.partition.people);
  for (std::size_t label = 0; label < rows.size(); ++label) {
    const PersonSummary& summary = summaries[label];
    rows[label] = {.id = ids[label],
                   .name = names[label],
                   // A named person is one, however few the pictures.
                   .tentative = summary.tentative && names[label].empty(),
                   .spread = summary.spread,
                   .best_face = summary.best_face,
                   .faces = {}};
  }
  for (std::size_t face = 0; face < grouped.keys.size(); ++face) {
    const std::uint32_t label = grouped.partition.person_of_face[face];
    if (label != kNobody) {
      rows[label].faces.push_back(grouped.keys[face]);
    }
  }
  return rows;
}

Result<std::map<FaceKey, PersonId>> ids_of_faces(const Library& library) {
  std::map<FaceKey, PersonId> ids;
  for (const PersonRow& person : TRY(library.people())) {
    for (const FaceKey& face : person.faces) {
      ids.emplace(face, person.id);
    }
  }
  return ids;
}

Result<std::optional<AnalyzerId>> current_faces_analyzer(const Library& library) {
  for (const AnalyzerId& id : TRY(library.current_analyzers())) {
    if (id.name == "faces") {
      return std::optional{id};
    }
  }
  return std::optional<AnalyzerId>{};
}

// Turns the words of an edit request into faces.
class EditBuilder {
 public:
  EditBuilder(const FaceStore& faces, const std::vector<PersonRow>& people)
      : faces_(faces), people_(people) {}

  [[nodiscard]] Result<std::vector<FaceKey>> faces_of(const std::vector<std::string>& words) const {
    std::set<FaceKey> faces;
    for (const std::string& word : words) {
      // A name may hold a '#', too.
      if (word.contains('#') &&
          std::ranges::find(people_, word, &PersonRow::name) == people_.end()) {
        faces.insert(TRY(faces_.find(word)).key);
      } else {
        const PersonRow person = TRY(find_person(people_, word));
        faces.insert(person.faces.begin(), person.faces.end());
      }
    }
    return std::vector<FaceKey>{faces.begin(), faces.end()};
  }

  // All other faces of the persons that `faces` belong to.
  [[nodiscard]] std::vector<FaceKey> rest_of_persons(const std::vector<FaceKey>& faces) const {
    std::set<FaceKey> rest;
    for (const PersonRow& person : people_) {
      const auto is_here = [&](const FaceKey& face) {
        return std::ranges::binary_search(person.faces, face);
      };
      if (std::ranges::any_of(faces, is_here)) {
        rest.insert(person.faces.begin(), person.faces.end());
      }
    }
    for (const FaceKey& face : faces) {
      rest.erase(face);
    }
    return {rest.begin(), rest.end()};
  }

  [[nodiscard]] std::vector<EditedFace> located(const Edit& edit) const {
    std::vector<EditedFace> located;
    for (const auto* side : {&edit.left, &edit.right}) {
      for (const FaceKey& key : *side) {
        const LocatedFace* const face = faces_.find(key);
        located.push_back({.key = key, .box = face == nullptr ? Rect{} : face->box});
      }
    }
    return located;
  }

 private:
  const FaceStore& faces_;  // outlive the builder
  const std::vector<PersonRow>& people_;
};

std::int64_t unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

Result<EditRow> build_edit(const Library& library, const EditRequest& request,
                           const PeopleOptions& options, Budget& budget) {
  const FaceStore faces = TRY(FaceStore::load(library, budget));
  const std::vector<PersonRow> people = TRY(library.people());
  const EditBuilder builder{faces, people};
  std::vector<Edit> log = TRY(load_edits(TRY(library.edits())));
  Edit edit;
  edit.id = log.empty() ? 1 : log.back().id + 1;
  edit.kind = request.kind;
  edit.left = TRY(builder.faces_of(request.left));
  edit.right = TRY(builder.faces_of(request.right));
  if (request.kind == EditKind::kSplit && request.right.empty()) {
    edit.right = builder.rest_of_persons(edit.left);
  }
  edit.name = request.name;
  edit.undone = request.undone;
  edit.time_unix = unix_seconds();
  TRY(check_edit(log, edit));
  // Before it is written down: what is in the log stays there.
  log.push_back(edit);
  TRY(check_method(options, resolve(log)));
  return edit_to_row(edit, builder.located(edit));
}

}  // namespace

Result<PeopleSummary> group_people(const Library& library, LibraryWriter& writer,
                                   const PeopleOptions& options, Budget& budget,
                                   const StopToken& stop) {
  const auto analyzer = TRY(current_faces_analyzer(library));
  if (!analyzer) {
    return PeopleSummary{};
  }
  const FaceStore faces = TRY(FaceStore::load(library, budget));
  const Decisions decisions = resolve(TRY(current_edits(library, faces)));
  PeopleChange change{
      .faces_analyzer = *analyzer, .replace_all = true, .removed = {}, .people = {}};
  if (faces.size() > 0) {
    const GroupingResources resources{.budget = &budget, .threads = options.threads, .stop = stop};
    Partition partition = TRY(partition_of(faces, decisions, options, resources));
    GroupedFaces grouped{.keys = {faces.set().keys.begin(), faces.set().keys.end()},
                         .partition = std::move(partition)};
    const auto ids_before = TRY(ids_of_faces(library));
    change.people = TRY(person_rows(faces, grouped, decisions, ids_before, options));
  }
  PeopleSummary summary{.known = true, .people = 0, .tentative = 0, .faces = faces.size()};
  for (const PersonRow& person : change.people) {
    ++(person.tentative ? summary.tentative : summary.people);
  }
  TRY(writer.change_people(change));
  return summary;
}

Result<std::string> embedder_in_use(const Library& library) {
  const auto analyzer = TRY(current_faces_analyzer(library));
  return std::string{analyzer ? embedder_of(*analyzer) : ""};
}

Result<PersonRow> find_person(const std::vector<PersonRow>& people, std::string_view text) {
  std::vector<const PersonRow*> found;
  for (const PersonRow& person : people) {
    if (person.id == text) {
      return person;
    }
    const bool by_prefix = text.starts_with("p-") && person.id.starts_with(text);
    if (by_prefix || (!person.name.empty() && person.name == text)) {
      found.push_back(&person);
    }
  }
  if (found.empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no person '{}'", text));
  }
  if (found.size() > 1) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' fits several people: {}, {}{}", text, found[0]->id, found[1]->id,
                            found.size() > 2 ? ", ..." : ""));
  }
  return *found.front();
}

Result<std::int64_t> apply_edit(const Library& library, LibraryWriter& writer,
                                const EditRequest& request, const PeopleOptions& options,
                                Budget& budget, const StopToken& stop) {
  const EditRow row = TRY(build_edit(library, request, options, budget));
  const std::int64_t number = TRY(writer.append_edit(row));
  TRY(group_people(library, writer, options, budget, stop));
  return number;
}

}  // namespace albumen
