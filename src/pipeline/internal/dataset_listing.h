// SPDX-License-Identifier: Apache-2.0
// All members of a dataset's sources, before any picture is read: which may be pictures and where
// they go, which are captions and whose. Tested by dataset_run_test.cpp.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/stop.h"
#include "dataset/caption_index.h"
#include "dataset/manifest.h"
#include "dataset/output_places.h"
#include "govern/budget.h"
#include "sources/source.h"
#include "sources/source_reader.h"

namespace albumen {

/// A member that is no caption by its name: a picture, unless its content says otherwise.
struct DatasetMember {
  SourceEntry entry;
  std::string relative;  ///< path in its source, bytes
  OutputPlace place;
  std::size_t row = 0;                   ///< of the manifest
  std::optional<std::size_t> text_file;  ///< its caption, in DatasetListing::caption_files
};

struct DatasetListing {
  std::vector<DatasetMember> members;      ///< in the order of the sources
  std::vector<SourceEntry> caption_files;  ///< one picture's each, read when the picture is made
  CaptionIndex captions;                   ///< those that came in tables
  std::vector<ManifestRow> rows;           ///< one for every member, those of pictures still empty
  Reservation memory;                      ///< of `captions`, held to the end of the run

  /// The caption of `member` in a table; null: none.
  [[nodiscard]] const FoundCaption* table_caption(const DatasetMember& member) const;
};

struct DatasetListingRequest {
  std::vector<std::string> sources;
  SourceOptions options;
  Renaming renaming = Renaming::kKeep;
  std::string caption_extension = ".txt";   ///< of the set, see OutputPlaces
  bool set_is_concept = false;              ///< its folder is called like one
  std::function<void(std::size_t)> listed;  ///< called with the members so far; may be empty
};

/// Files called *.txt and *.caption are the caption of the picture of that stem beside them, *.json
/// and *.jsonl captions of many. In a tar they are also those of the other pictures of their sample
/// (webdataset_sample), and a sample's parts that are no pictures by their first bytes are no
/// members. A RAW whose JPEG lies beside it is a skipped row and no member (dataset_pairs.h). A
/// caption file that cannot be read, or a table that the budget has no room to read, is a failed
/// row, no error. Errors: InvalidArgument for a source; Cancelled; BudgetExceeded where captions in
/// tables take more than the budget has.
Result<DatasetListing> list_dataset(const DatasetListingRequest& request, SourceReader& reader,
                                    Budget& budget, const StopToken& stop);

}  // namespace albumen
