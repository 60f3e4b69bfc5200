// SPDX-License-Identifier: Apache-2.0
// The faces of a library into people, and what humans say about them. The library stores, people/
// decides; here they meet. Tested by people_run_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/identity.h"
#include "core/result.h"
#include "core/stop.h"
#include "govern/budget.h"
#include "library/library.h"
#include "library/library_writer.h"
#include "people/edits.h"

namespace albumen {

enum class GroupingMethod : std::uint8_t { kAverageLinkage, kDbscan };

struct PeopleOptions {
  // What a user may choose; the library remembers it (docs/formats/library.md, table grouping).
  GroupingMethod method = GroupingMethod::kAverageLinkage;
  /// Mean cosine distance of one person, for a small library; falls as the library grows
  /// (people/grouping.h). Nothing: that of the card.
  std::optional<double> same_distance;
  double eps = 0.33;  ///< DBSCAN, Euclidean on unit vectors
  std::size_t min_samples = 2;
  std::uint32_t least_faces = 3;  ///< fewer: a tentative person

  // What the embedder's card says.
  double card_distance = 0.065;  ///< `same_distance` where nobody chose one
  double least_eps = 0.295;      ///< the range for eps
  double largest_eps = 0.365;
  std::string model = "dlib-resnet29";  ///< whose card that is

  unsigned threads = 1;
  /// Told how many faces there are to group, once they are known; may be empty.
  std::function<void(std::uint64_t)> counted;
  bool afresh = false;  ///< work everything out, also what did not change since the last grouping
};

/// Those of the last grouping of this library, as far as a user chose them, so that an edit changes
/// nothing but what it says; the rest, and all where nothing is remembered, as in PeopleOptions{}.
/// Errors: StoreFailed.
Result<PeopleOptions> last_people_options(const Library& library);

struct PeopleSummary {
  bool known = false;  ///< false: no faces were ever looked for
  std::uint64_t people = 0;
  std::uint64_t tentative = 0;
  std::uint64_t faces = 0;  ///< that were grouped
  /// Pictures that today's analyzer of faces did not look at, but on which an earlier one found
  /// faces: they count for nobody.
  std::uint64_t left_behind = 0;
  /// The pairs of near faces did not fit into the budget: the people are the same, and were long in
  /// coming.
  bool without_pairs = false;
};

/// Whether `group_people` would refuse these options whatever faces there are, for asking before a
/// long run. Errors: InvalidArgument (DBSCAN with eps outside the card's range, or where edits
/// hold: it knows none); those of the library.
Result<void> check_people_options(const Library& library, const PeopleOptions& options);

/// Groups all embedded faces of the current analyzer under all edits that count, keeps the ids of
/// people who are still there, and stores the result and the options in one transaction. The result
/// is a function of faces, edits and options; ids also of the grouping before. People that the
/// library knows to be made from the same faces, edits and options are not worked out again
/// (`made_from`): the time goes with what changed, beside one pass over the vectors. Errors:
/// those of `check_people_options`; BudgetExceeded; Cancelled.
Result<PeopleSummary> group_people(const Library& library, LibraryWriter& writer,
                                   const PeopleOptions& options, Budget& budget,
                                   const StopToken& stop);

/// Whether people are made of the faces that pictures have today, so that one may speak of a
/// person's pictures. Errors: Unavailable, with what to run, because an index run that looks for
/// faces in another way did not end; those of the library.
Result<void> check_people_settled(const Library& library);

/// How many pictures count for nobody because only an earlier analyzer of faces looked at them
/// (PeopleSummary::left_behind).
Result<std::uint64_t> pictures_left_behind(const Library& library);

/// The model whose vectors are grouped; empty when no faces were ever looked for.
Result<std::string> embedder_in_use(const Library& library);

/// A person by id, by the beginning of an id that fits only one (both in either case: contact
/// sheets print capitals), or by exact name. Errors: NotFound; InvalidArgument when it fits
/// several.
Result<PersonRow> find_person(const std::vector<PersonRow>& people, std::string_view text);

/// What a user asks for, in ids and names.
struct EditRequest {
  EditKind kind = EditKind::kName;
  /// Persons as `find_person` takes them, and faces as `parse_face_id` does.
  std::vector<std::string> left;
  std::vector<std::string> right;
  std::string name;
  std::optional<std::uint64_t> undone;  ///< kUndo; nothing: the last edit that stands
};

struct EditOutcome {
  std::int64_t number = 0;     ///< of the edit
  PeopleSummary people;        ///< as they are now
  std::optional<Edit> undone;  ///< kUndo: what was taken back
  /// Everybody who has one of the faces that it was about now, by id.
  std::vector<PersonRow> persons;
};

/// Appends the edit to the log and groups again. For kSplit without `right`: the rest of the
/// persons of `left`. Errors: NotFound (also where no edit stands that could be undone),
/// InvalidArgument naming what does not fit; Unavailable while people are made of other faces than
/// those of the current analyzer, because an index run with another one did not end; those of
/// `group_people`.
Result<EditOutcome> apply_edit(const Library& library, LibraryWriter& writer,
                               const EditRequest& request, const PeopleOptions& options,
                               Budget& budget, const StopToken& stop);

/// An edit as its row, and back. Errors: StoreFailed for a row that no albumen wrote.
EditRow edit_to_row(const Edit& edit, const std::vector<EditedFace>& faces);
Result<Edit> edit_from_row(const EditRow& row);

}  // namespace albumen
