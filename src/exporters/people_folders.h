// SPDX-License-Identifier: Apache-2.0
// One folder per person with that person's pictures and a contact sheet. Originals are read only.
// Tested by people_folders_test.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "govern/budget.h"
#include "library/library.h"
#include "sources/source_reader.h"

namespace albumen {

class LongtailDecoder;

/// How a picture comes into its person's folder. Members of archives are copied in any case.
enum class Placement : std::uint8_t {
  kCopy,
  kHardLink,  ///< same file system only; where that fails the picture is copied
  kSymlink,
};

struct PeopleFoldersOptions {
  std::string directory;  ///< made when missing; what no export wrote there stays
  Placement placement = Placement::kCopy;
  /// Also groups below the size of a person.
  bool tentative = false;
  /// Person ids; empty: everybody.
  std::vector<std::string> people;
  /// Removes nothing of an earlier export, as while it is known that people lack faces.
  bool keeps_earlier = false;
  LongtailDecoder* longtail = nullptr;  ///< as DecodeOptions::longtail
  /// Asked once the library was read, before anything is written: whether its people still are
  /// those of its pictures. Empty: they are.
  std::function<Result<void>()> still_settled;
};

/// A picture that could not be placed or drawn.
struct PlacementFailure {
  std::string name;  ///< of the picture, as text
  Error error;
};

struct PeopleFoldersReport {
  std::uint64_t people = 0;
  std::uint64_t pictures = 0;  ///< placed, counted once per person they show
  std::uint64_t copied = 0;    ///< of those: where a hard link was asked for and none could be made
  std::uint64_t sheets = 0;    ///< written
  /// Of an earlier export, left as they are: no face of theirs can be drawn now.
  std::uint64_t sheets_kept = 0;
  std::uint64_t removed = 0;  ///< files that an earlier export wrote and that do not belong now
  /// Paths, bytes, of files that an earlier export wrote and that stay: changed since, which is
  /// said once, or not found anywhere else.
  std::vector<std::string> spared;
  std::vector<PlacementFailure> failures;
};

/// A folder's name for a person: the given name made safe for any file system, or the id; with the
/// id behind it when `unique` is false, because somebody else is called so, too. Never empty, never
/// hidden, no '/', at most 241 bytes.
std::string folder_name(const PersonRow& person, bool unique);

/// Writes the folders, each with kExportMark in it, so that a listing of pictures leaves it out,
/// and an export knows what it wrote there (docs/formats/export.md). Names inside follow the
/// pictures' own; two of one name are told apart by a number in the order of their paths, and
/// "contact-sheet.png" is the sheet's; what lies there already and is no export's keeps its name.
/// Running it again replaces what it wrote, file by file, and removes what an earlier export of the
/// same library wrote and does not belong any more, as long as it is as it was written and its
/// bytes are somewhere else; folders of other people stay where `people` names some. Memory: all
/// faces and the digests of archives' members, beside `budget`, of which nobody else holds a part.
/// Errors, all before anything is written: Unavailable when another export writes into `directory`,
/// or people change while they are read; InvalidArgument when `directory` is no folder, when a
/// picture of the library lies below `directory`, whoever is on it, or when a person's folder is
/// there already, is not empty and has no mark; those of the library. BudgetExceeded; Io. A picture
/// that fails is in the report.
Result<PeopleFoldersReport> export_people_folders(const Library& library, SourceReader& reader,
                                                  const PeopleFoldersOptions& options,
                                                  Budget& budget, const StopToken& stop);

}  // namespace albumen
