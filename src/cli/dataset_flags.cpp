// SPDX-License-Identifier: Apache-2.0
#include "cli/internal/dataset_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/core.h>
#include <optional>
#include <string_view>

#include "cli/internal/number_check.h"
#include "cli/internal/text_check.h"
#include "core/ascii_case.h"
#include "prepare/frame.h"

namespace albumen {
namespace {

template <class Value>
struct Choice {
  std::string_view name;
  Value value;
};

template <class Value, std::size_t kCount>
Value chosen(const std::array<Choice<Value>, kCount>& choices, std::string_view name) {
  for (const Choice<Value>& choice : choices) {
    if (choice.name == name) {
      return choice.value;
    }
  }
  return choices.front().value;  // the command line was checked for the names
}

// The names, in this order, for CLI11.
template <class Value, std::size_t kCount>
CLI::IsMember one_of(const std::array<Choice<Value>, kCount>& choices) {
  std::vector<std::string> names;
  for (const Choice<Value>& choice : choices) {
    names.emplace_back(choice.name);
  }
  return CLI::IsMember{names};
}

constexpr std::array kFits{Choice<Fit>{"inside", Fit::kInside}, Choice<Fit>{"cover", Fit::kCover},
                           Choice<Fit>{"pad", Fit::kPad}, Choice<Fit>{"bucket", Fit::kCover}};
constexpr std::array kFormats{Choice<OutputFormat>{"png", OutputFormat::kPng},
                              Choice<OutputFormat>{"jpeg", OutputFormat::kJpeg},
                              Choice<OutputFormat>{"webp", OutputFormat::kWebp},
                              Choice<OutputFormat>{"keep", OutputFormat::kKeep}};
constexpr std::array kEfforts{Choice<PngEffort>{"fast", PngEffort::kFast},
                              Choice<PngEffort>{"balanced", PngEffort::kBalanced},
                              Choice<PngEffort>{"small", PngEffort::kSmall}};
constexpr std::array kFilters{Choice<Filter>{"lanczos", Filter::kLanczos3},
                              Choice<Filter>{"bilinear", Filter::kBilinear},
                              Choice<Filter>{"area", Filter::kArea}};
constexpr std::array kRenamings{Choice<Renaming>{"keep", Renaming::kKeep},
                                Choice<Renaming>{"sequence", Renaming::kSequence},
                                Choice<Renaming>{"hash", Renaming::kHash}};
constexpr std::array kExisting{Choice<ExistingCaptions>{"keep", ExistingCaptions::kKeep},
                               Choice<ExistingCaptions>{"fill", ExistingCaptions::kFill},
                               Choice<ExistingCaptions>{"replace", ExistingCaptions::kReplace}};

constexpr std::array kDegrading{Choice<bool>{"never", false}, Choice<bool>{"when-needed", true}};

std::optional<std::uint32_t> parse_side(std::string_view text) {
  std::uint32_t side = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), side);
  const bool good = error == std::errc{} && end == text.data() + text.size() && side > 0 &&
                    side <= kLongestFrameSide;
  return good ? std::optional{side} : std::nullopt;
}

// What only makes sense of a size that was asked for.
Result<void> set_original_size(FrameSpec& frame, const DatasetFlags& flags) {
  if (flags.fit != "inside" || flags.upscale) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("--size original leaves each picture its own size: {} wants another one",
                    flags.upscale ? "--upscale" : fmt::format("--fit {}", flags.fit)));
  }
  frame.fit = Fit::kOriginal;
  return {};
}

// "1024" or "768x512".
Result<void> set_size(FrameSpec& frame, std::string_view text) {
  const std::size_t cross = text.find('x');
  const auto width = parse_side(text.substr(0, cross));
  const auto height = cross == text.npos ? width : parse_side(text.substr(cross + 1));
  if (!width || !height) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--size '{}': write 1024, 768x512 or original; a side has at most {} "
                            "pixels",
                            text, kLongestFrameSide));
  }
  frame.target = {.width = *width, .height = *height};
  return {};
}

// "white", "black", "grey" or "#rrggbb".
Result<Rgb8> parse_colour(std::string_view text) {
  constexpr std::array kNames{Choice<Rgb8>{"white", {.red = 255, .green = 255, .blue = 255}},
                              Choice<Rgb8>{"black", {.red = 0, .green = 0, .blue = 0}},
                              Choice<Rgb8>{"grey", {.red = 128, .green = 128, .blue = 128}}};
  for (const Choice<Rgb8>& choice : kNames) {
    if (choice.name == text) {
      return choice.value;
    }
  }
  constexpr std::size_t kHexLength = 7;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data() + std::min<std::size_t>(text.size(), 1),
                                            text.data() + text.size(), value, 16);
  if (text.size() != kHexLength || text.front() != '#' || error != std::errc{} ||
      end != text.data() + text.size()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no colour; write white, black, grey or #rrggbb", text));
  }
  const auto channel = [value](unsigned shift) {
    return static_cast<std::uint8_t>((value >> shift) & 0xFFU);
  };
  return Rgb8{.red = channel(16), .green = channel(8), .blue = channel(0)};
}

// The preset's, where nothing else was said.
Result<void> set_encoding(PictureSettings& settings, const DatasetFlags& flags) {
  if (!flags.preset.empty()) {
    settings = TRY(with_preset(settings, flags.preset));
  }
  if (flags.format) {
    settings.format = chosen(kFormats, *flags.format);
  }
  if (flags.png_effort) {
    settings.png_effort = chosen(kEfforts, *flags.png_effort);
  }
  if (flags.resample) {
    settings.frame.filter = chosen(kFilters, *flags.resample);
  }
  settings.quality = flags.quality.value_or(settings.quality);
  return {};
}

Result<PictureSettings> picture_settings(const DatasetFlags& flags) {
  PictureSettings settings;
  TRY(set_encoding(settings, flags));
  settings.frame.fit = chosen(kFits, flags.fit);
  TRY(flags.size == "original" ? set_original_size(settings.frame, flags)
                               : set_size(settings.frame, flags.size));
  settings.bucket_step = flags.fit == "bucket" ? flags.bucket_step : 0;
  settings.frame.upscale = flags.upscale ? Upscale::kAllowed : Upscale::kNever;
  settings.frame.alpha = flags.rgb ? AlphaUse::kFlatten : AlphaUse::kKeep;
  settings.frame.background = TRY(parse_colour(flags.background));
  settings.keep_truncated_percent = flags.keep_truncated_percent;
  settings.keep_metadata = flags.keep_metadata;
  return settings;
}

// "set.zip", not "set.zip/".
bool names_archive(std::string_view out) {
  constexpr std::string_view kExtension = ".zip";
  return out.size() > kExtension.size() &&
         equals_ignoring_case(out.substr(out.size() - kExtension.size()), kExtension);
}

void add_picture_flags(CLI::App& command, DatasetFlags& flags) {
  command
      .add_option("--preset", flags.preset,
                  "fast (JPEG 75, bilinear), balanced (PNG, bilinear) or quality (PNG, Lanczos): "
                  "what --format, --quality, --png-effort and --resample are where they do not say")
      ->check(CLI::IsMember({"fast", "balanced", "quality"}));
  command.add_option("--size", flags.size, "1024, 768x512 or original (default 1024)");
  command
      .add_option(
          "--fit", flags.fit,
          "inside (default), cover (cut to fill), pad (background around it) or bucket (cover "
          "the nearest shape of about this area)")
      ->check(one_of(kFits));
  command
      .add_option("--bucket-step", flags.bucket_step,
                  "Sides of buckets are multiples (64), also of pictures too small for one")
      ->check(CLI::Range(1U, 1024U));
  command.add_flag("--upscale", flags.upscale, "Also enlarge what is smaller");
  command
      .add_option("--format", flags.format, "png (default), jpeg, webp or keep (the source's own)")
      ->check(one_of(kFormats));
  command.add_option("--quality", flags.quality, "Of JPEG and WebP, 1 to 100 (default 85)")
      ->check(CLI::Range(1, 100));
  command.add_option("--png-effort", flags.png_effort, "fast, balanced (default) or small")
      ->check(one_of(kEfforts));
  command.add_option("--resample", flags.resample, "lanczos (default), bilinear or area")
      ->check(one_of(kFilters));
  command.add_option("--background", flags.background,
                     "Behind transparency and around padded pictures: white, black, grey, #rrggbb");
  command.add_flag("--rgb", flags.rgb, "No transparency in PNG and WebP either");
  command.add_flag("--keep-metadata", flags.keep_metadata,
                   "EXIF with its place goes along (default: nothing beside the pixels)");
  command
      .add_option("--keep-truncated", flags.keep_truncated_percent,
                  "Accept a damaged picture of which at least this PERCENT is there")
      ->check(number_in(0.0F, 100.0F));
}

void add_caption_flags(CLI::App& command, DatasetFlags& flags) {
  command.add_option("--trigger-word", flags.captions.trigger_word,
                     "Put before every caption, once");
  command.add_option("--caption-prefix", flags.captions.prefix, "Directly before each caption");
  command.add_option("--caption-suffix", flags.captions.suffix, "Directly after each caption");
  command.add_option("--caption-extension", flags.caption_extension, "Of caption files (.txt)");
  command
      .add_option("--existing", flags.existing,
                  "Captions in the sources: keep them (default), also fill in where there is "
                  "none, or replace them")
      ->check(one_of(kExisting));
}

}  // namespace

void add_dataset_flags(CLI::App& command, DatasetFlags& flags) {
  command.add_option("sources", flags.sources, "Folders, pictures, ZIP and tar archives")
      ->required();
  // Not ->required(): CLI11 asks before environment and configuration are heard.
  command
      .add_option("--out", flags.out,
                  "Folder of the set, or FILE.zip: an archive of it (must be given, here or in "
                  "the configuration)")
      ->check(not_empty());
  command.add_option("--exclude", flags.excludes, "Leave out what matches this glob; repeatable")
      ->allow_extra_args(false);
  add_archive_flags(command, flags.archives);
  command.add_option("--rename", flags.rename, "keep (default), sequence or hash")
      ->check(one_of(kRenamings));
  command.add_flag("--overwrite", flags.overwrite,
                   "Replace what albumen did not write, or somebody changed since: files in the "
                   "folder, or the archive");
  command.add_flag("--prune", flags.prune,
                   "Remove what earlier runs wrote and the set no longer has, where nobody changed "
                   "it since");
  command
      .add_option("--degrade", flags.degrade,
                  "never (default: slow down and wait), or when-needed: where memory is short, "
                  "smaller and coarser pictures, which the next run makes anew")
      ->check(one_of(kDegrading));
  command.add_flag("--dry-run", flags.dry_run,
                   "Say what would be done, and write nothing; with -v or --json for each picture");
  add_picture_flags(command, flags);
  add_caption_flags(command, flags);
}

Result<DatasetRequest> dataset_request(const DatasetFlags& flags) {
  if (flags.out.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "--out is required: a folder for the set, or FILE.zip; also as ALBUMEN_DATASET_OUT "
                "or as out under [dataset] in the configuration file");
  }
  const ArchiveLimits limits = TRY(archive_limits(flags.archives));
  const PictureSettings settings = TRY(picture_settings(flags));
  DatasetRequest request{.sources = flags.sources,
                         .source_options = {.excludes = flags.excludes, .archive_limits = limits},
                         .directory = flags.out,
                         .archive = names_archive(flags.out) ? flags.out : std::string{},
                         .settings = settings,
                         .renaming = chosen(kRenamings, flags.rename),
                         .captions = flags.captions,
                         .caption_extension = flags.caption_extension,
                         .overwrite = flags.overwrite,
                         .prune = flags.prune,
                         .degrade = chosen(kDegrading, flags.degrade)};
  request.captions.existing = chosen(kExisting, flags.existing);
  return request;
}

}  // namespace albumen
