// SPDX-License-Identifier: Apache-2.0
#include "pipeline/people_run.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <fmt/core.h>
#include <set>
#include <utility>

#include "analyze/faces/faces_analyzer.h"
#include "core/ascii_case.h"
#include "files/path_text.h"
#include "pipeline/internal/people_input.h"
#include "pipeline/internal/regroup.h"

namespace albumen {
namespace {

// Turns the words of an edit request into faces.
class EditBuilder {
 public:
  EditBuilder(const FaceStore& faces, const std::vector<PersonRow>& people)
      : faces_(faces), people_(people) {}

  // A name may hold a '#', too.
  [[nodiscard]] bool is_face(const std::string& word) const {
    return word.contains('#') &&
           std::ranges::find(people_, word, &PersonRow::name) == people_.end();
  }

  [[nodiscard]] Result<std::vector<FaceKey>> faces_of(const std::vector<std::string>& words) const {
    std::set<FaceKey> faces;
    for (const std::string& word : words) {
      if (is_face(word)) {
        faces.insert(TRY(faces_.find(word)).key);
      } else {
        const PersonRow person = TRY(find_person(people_, word));
        faces.insert(person.faces.begin(), person.faces.end());
      }
    }
    return std::vector<FaceKey>{faces.begin(), faces.end()};
  }

  // Of a split: a person among the words says whom the faces leave, so that a slip is found.
  [[nodiscard]] Result<std::vector<FaceKey>> leaving(const std::vector<std::string>& words) const {
    std::vector<std::string> faces;
    std::set<FaceKey> owned;
    for (const std::string& word : words) {
      if (is_face(word)) {
        faces.push_back(word);
      } else {
        const PersonRow person = TRY(find_person(people_, word));
        owned.insert(person.faces.begin(), person.faces.end());
      }
    }
    if (words.size() > faces.size() + 1) {
      return fail(ErrorCode::kInvalidArgument, "a split names one person at most");
    }
    if (faces.empty()) {
      return fail(ErrorCode::kInvalidArgument,
                  "a split needs the faces that leave; people show PERSON lists theirs");
    }
    for (const std::string& face : faces) {
      if (faces.size() < words.size() && !owned.contains(TRY(faces_.find(face)).key)) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} is not a face of the person it is to leave; to give it to "
                                "them, split it from its own, then merge",
                                face));
      }
    }
    return faces_of(faces);
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

 private:
  const FaceStore& faces_;  // outlive the builder
  const std::vector<PersonRow>& people_;
};

// The faces of the left side, then those of the right, each with its box, also where its file is
// away just now. A face that is not found any more leaves the edit: no detector could ever tell
// which one was meant.
Result<std::vector<EditedFace>> locate(const Library& library, const PeopleInput& input,
                                       Edit& edit) {
  std::vector<EditedFace> faces;
  if (!input.analyzer) {
    return faces;
  }
  for (auto* const side : {&edit.left, &edit.right}) {
    const auto located = TRY(library.locate(*input.analyzer, *side));
    side->clear();
    for (const EditedFace& face : located) {
      side->push_back(face.key);
    }
    faces.insert(faces.end(), located.begin(), located.end());
  }
  return faces;
}

// Of UTF-8: those of ASCII, and U+0080 to U+009F. A terminal would obey them wherever people are
// listed.
bool has_control_characters(std::string_view text) {
  constexpr unsigned char kDelete = 0x7F;
  constexpr unsigned char kLeadOfLatin = 0xC2;
  unsigned char before = 0;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte < ' ' || byte == kDelete || (before == kLeadOfLatin && byte < 0xA0)) {
      return true;
    }
    before = byte;
  }
  return false;
}

// Nothing but what keyboards and web pages have for a space: a list would show no name.
bool is_blank(std::string_view text) {
  constexpr std::array<std::string_view, 8> kSpaces{
      " ",  // and from here on: no-break, en, em, thin, zero-width, narrow, ideographic
      "\xC2\xA0",    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x89", "\xE2\x80\x8B", "\xE2\x80\xAF",
      "\xE3\x80\x80"};
  while (!text.empty()) {
    const auto* const space = std::ranges::find_if(
        kSpaces, [text](std::string_view candidate) { return text.starts_with(candidate); });
    if (space == kSpaces.end()) {
      return false;
    }
    text.remove_prefix(space->size());
  }
  return true;
}

// `find_person` would look for an id, or for the beginning of one.
bool is_like_id(const std::string& text) {
  constexpr std::string_view kLead = "p-";
  const std::string id = lower_case(text);
  return id.starts_with(kLead) && id.find_first_not_of("0123456789abcdef", kLead.size()) == id.npos;
}

// An empty one takes a name away.
Result<void> check_name(const std::string& name) {
  std::string_view why;
  if (!is_utf8(name)) {
    why = "it is not UTF-8";
  } else if (has_control_characters(name)) {
    why = "it has control characters";
  } else if (!name.empty() && is_blank(name)) {
    why = "it is blank; an empty one takes the name away";
  } else if (is_like_id(name)) {
    why = "it looks like the id of a person, and would be taken for one";
  }
  return why.empty() ? Result<void>{}
                     : fail(ErrorCode::kInvalidArgument,
                            fmt::format("'{}' is no name: {}", path_to_text(name), why));
}

std::int64_t unix_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

Result<std::uint64_t> undone_by(const EditRequest& request, const std::vector<Edit>& log) {
  const auto undone = request.undone ? request.undone : last_standing_edit(log);
  if (!undone) {
    return fail(ErrorCode::kNotFound, "no edit stands that could be undone");
  }
  const auto before = undone_edits(log);
  if (const auto found = before.find(*undone); found != before.end()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("edit {} is taken back already, by edit {}", *undone, found->second));
  }
  return *undone;
}

// Nothing for an edit that undoes none.
Result<std::optional<Edit>> undone_edit(const EditRow& row, const std::vector<EditRow>& log) {
  const Edit edit = TRY(edit_from_row(row));
  const auto found =
      std::ranges::find(log, static_cast<std::int64_t>(edit.undone), &EditRow::number);
  if (edit.kind != EditKind::kUndo || found == log.end()) {
    return std::optional<Edit>{};
  }
  return std::optional{TRY(edit_from_row(*found))};
}

Result<std::vector<PersonRow>> persons_of(const Library& library, const Edit& edit) {
  std::set<FaceKey> faces{edit.left.begin(), edit.left.end()};
  faces.insert(edit.right.begin(), edit.right.end());
  std::vector<PersonRow> people = TRY(library.people());
  std::erase_if(people, [&](const PersonRow& person) {
    return std::ranges::none_of(person.faces,
                                [&](const FaceKey& face) { return faces.contains(face); });
  });
  return people;
}

Result<EditRow> build_edit(const Library& library, const PeopleInput& input,
                           const EditRequest& request, const PeopleOptions& options) {
  const EditBuilder builder{input.faces, input.people};
  std::vector<Edit> log = TRY(edits_of(input.edits));
  Edit edit;
  edit.id = log.empty() ? 1 : log.back().id + 1;
  edit.kind = request.kind;
  const bool is_plain_split = request.kind == EditKind::kSplit && request.right.empty();
  edit.left = TRY(is_plain_split ? builder.leaving(request.left) : builder.faces_of(request.left));
  edit.right = TRY(builder.faces_of(request.right));
  if (is_plain_split) {
    edit.right = builder.rest_of_persons(edit.left);
  }
  const auto faces = TRY(locate(library, input, edit));
  TRY(check_name(request.name));
  edit.name = request.name;
  if (request.kind == EditKind::kUndo) {
    edit.undone = TRY(undone_by(request, log));
  }
  edit.time_unix = unix_seconds();
  TRY(check_edit(log, edit));
  // Before it is written down: what is in the log stays there.
  log.push_back(edit);
  TRY(check_method(options, resolve(log)));
  return edit_to_row(edit, faces);
}

}  // namespace

Result<void> check_people_options(const Library& library, const PeopleOptions& options) {
  const auto rows = TRY(library.edits());
  const auto log = TRY(edits_of(rows));
  return check_method(options, resolve(log));
}

Result<PeopleSummary> group_people(const Library& library, LibraryWriter& writer,
                                   const PeopleOptions& options, Budget& budget,
                                   const StopToken& stop) {
  const PeopleInput input = TRY(PeopleInput::load(library, budget));
  PeopleSummary summary = TRY(regroup(input, writer, options, budget, stop));
  summary.left_behind = TRY(pictures_left_behind(library));
  return summary;
}

Result<std::uint64_t> pictures_left_behind(const Library& library) {
  const auto analyzer = TRY(current_faces_analyzer(library));
  return analyzer ? library.left_behind(analyzer->name) : Result<std::uint64_t>{0};
}

// From the beginning of a run that looks for faces in another way until people are grouped anew,
// people are made of faces that have other numbers and places than those of today: what was meant
// by an edit could only be guessed, and no picture says who is on it.
Result<void> check_people_settled(const Library& library) {
  const auto analyzer = TRY(current_faces_analyzer(library));
  const auto analyzers = TRY(library.analyzers_of_people());
  if (std::ranges::all_of(analyzers, [&](const AnalyzerId& of) { return analyzer == of; })) {
    return {};
  }
  return fail(ErrorCode::kUnavailable,
              "an index run that looks for faces in another way did not end, and people are "
              "still made of the faces of before; run that index to its end, or one as before, "
              "and try again");
}

Result<std::string> embedder_in_use(const Library& library) {
  const auto analyzer = TRY(current_faces_analyzer(library));
  return std::string{analyzer ? embedder_of(*analyzer) : ""};
}

Result<PersonRow> find_person(const std::vector<PersonRow>& people, std::string_view text) {
  std::vector<const PersonRow*> found;
  const std::string id = lower_case(std::string{text});
  for (const PersonRow& person : people) {
    if (person.id == text || person.id == id) {
      return person;
    }
    const bool by_prefix = id.starts_with("p-") && person.id.starts_with(id);
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

Result<EditOutcome> apply_edit(const Library& library, LibraryWriter& writer,
                               const EditRequest& request, const PeopleOptions& options,
                               Budget& budget, const StopToken& stop) {
  PeopleInput input = TRY(PeopleInput::load(library, budget));
  TRY(check_people_settled(library));
  EditRow row = TRY(build_edit(library, input, request, options));
  row.number = TRY(writer.append_edit(row));
  input.edits.push_back(row);
  EditOutcome outcome{.number = row.number, .people = {}, .undone = std::nullopt, .persons = {}};
  outcome.undone = TRY(undone_edit(row, input.edits));
  outcome.people = TRY(regroup(input, writer, options, budget, stop));
  const Edit edit = outcome.undone ? *outcome.undone : TRY(edit_from_row(row));
  outcome.persons = TRY(persons_of(library, edit));
  return outcome;
}

}  // namespace albumen
