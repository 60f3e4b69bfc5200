// SPDX-License-Identifier: Apache-2.0
// The flags of `albumen dataset`, and the request that they make.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/internal/archive_flags.h"
#include "core/result.h"
#include "dataset/captions.h"
#include "pipeline/dataset_run.h"

namespace albumen {

/// What the command line says, unchecked but for the names of choices.
struct DatasetFlags {
  std::vector<std::string> sources;
  std::vector<std::string> excludes;
  ArchiveFlags archives;
  std::string out;
  std::string preset;
  std::string size = "1024";
  std::string fit = "inside";
  std::uint32_t bucket_step = 64;
  bool upscale = false;
  // Where these are not said, they are the preset's, or else the defaults of PictureSettings.
  std::optional<std::string> format;
  std::optional<int> quality;
  std::optional<std::string> png_effort;
  std::optional<std::string> resample;
  std::string background = "white";
  bool rgb = false;
  std::string rename = "keep";
  std::string existing = "keep";
  CaptionRule captions;
  std::string caption_extension = ".txt";
  float keep_truncated_percent = 100.0F;
  bool keep_metadata = false;
  bool overwrite = false;
  bool prune = false;
  std::string degrade = "never";
  bool dry_run = false;
};

/// `flags` outlives the parsing.
void add_dataset_flags(CLI::App& command, DatasetFlags& flags);

/// All of the request but `workers` and `command`. Error: InvalidArgument, naming the flag's text.
Result<DatasetRequest> dataset_request(const DatasetFlags& flags);

}  // namespace albumen
