// SPDX-License-Identifier: Apache-2.0
// What people said about who is who, as an append-only log, and what it amounts to. Edits speak of
// faces, never of clusters, so they survive every regrouping; an edit that named a person is
// written down with the faces which that person had then. Tested by edits_test.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/geometry.h"
#include "core/result.h"
#include "people/face_set.h"

namespace albumen {

/// What an edit says. `left` and `right` are the faces meant at the time of the edit.
enum class EditKind : std::uint8_t {
  kName,       ///< the person with most of `left` is called `name`; an empty name takes it away
  kMerge,      ///< all of `left` and `right` are one person
  kSplit,      ///< `left` are one person, and not the person of `right` (the rest of that person)
  kKeepApart,  ///< no face of `left` is the same person as a face of `right`
  kAssign,     ///< `left` belong to the person of `right`, wherever they were
  kUndo,       ///< the edit `undone` does not count; undoing an undo makes it count again
};

/// Stable names, stored in libraries: "name", "merge", "split", "keep-apart", "assign", "undo".
std::string_view name_of(EditKind kind);
Result<EditKind> parse_edit_kind(std::string_view name);

/// One line of the log. Never changed, never removed.
struct Edit {
  std::uint64_t id = 0;  ///< rises along the log
  EditKind kind = EditKind::kName;
  std::vector<FaceKey> left;
  std::vector<FaceKey> right;
  std::string name;            ///< kName only
  std::uint64_t undone = 0;    ///< kUndo only: an earlier id
  std::int64_t time_unix = 0;  ///< seconds; for people, decides nothing

  friend bool operator==(const Edit&, const Edit&) = default;
};

/// May `edit` follow `log`? Errors: InvalidArgument (empty sides, a face on both sides, an id that
/// does not rise), NotFound (undo of an edit that is not there).
Result<void> check_edit(std::span<const Edit> log, const Edit& edit);

/// The edits that do not count, each with the undo that counts and took it back.
std::map<std::uint64_t, std::uint64_t> undone_edits(std::span<const Edit> log);

/// What an undo without a number takes back: the last edit that counts and is no undo itself, so
/// that one undo after the other goes back through the log. Nothing when there is none.
std::optional<std::uint64_t> last_standing_edit(std::span<const Edit> log);

/// A name and the faces it was given to.
struct NamedFaces {
  std::string name;
  std::vector<FaceKey> faces;
  std::uint64_t edit = 0;

  friend bool operator==(const NamedFaces&, const NamedFaces&) = default;
};

/// What the log amounts to.
struct Decisions {
  Constraints constraints;
  std::vector<NamedFaces> names;        ///< in the order of the log; later ones win
  std::vector<std::uint64_t> counting;  ///< ids of the edits that are not undone, rising
};

/// Plays the log without the undone edits. A later edit overrides an earlier one on the faces that
/// both speak of: a merge lifts what kept its faces apart, a split or keep-apart takes faces out
/// of the groups that merges made. REQUIRES: every edit passed check_edit.
Decisions resolve(std::span<const Edit> log);

/// A face and where it is, in original pixels.
struct LocatedFace {
  FaceKey key;
  Rect box;
};

/// An edit and where its faces were when it was made.
struct LocatedEdit {
  Edit edit;
  std::vector<Rect> boxes;  ///< of `left`, then of `right`, in original pixels
};

/// The log with the faces of `today` that lie in the same places of the same pictures (largest
/// overlap first, intersection over union at least 0.5); faces without one are left out. Inside an
/// edit a face of today stands for one face at most. Each edit is matched by itself: detectors give
/// faces other indices, so the same key may mean different faces in two edits, and two keys the
/// same face. REQUIRES: as many boxes as faces in every edit.
std::vector<Edit> rebind(std::span<const LocatedEdit> log, std::span<const LocatedFace> today);

}  // namespace albumen
