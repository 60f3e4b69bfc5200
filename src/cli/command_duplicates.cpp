// SPDX-License-Identifier: Apache-2.0
// `albumen duplicates`: groups with a proposed keeper. Nothing is deleted.

#include <CLI/CLI.hpp>
#include <array>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/run_summary.h"
#include "cli/internal/summary_text.h"
#include "cli/progress_view.h"
#include "files/path_text.h"
#include "files/sha256.h"
#include "pipeline/duplicates_run.h"
#include "sources/source.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

struct DuplicatesFlags {
  std::vector<std::string> sources;
  DuplicateLimits limits;
};

// What was done to the keeper to get the member, in the order of core/findings.h.
constexpr std::array<std::string_view, kTurnCount> kTurnNames{
    "upright",    "mirrored",  "turned 180",  "mirrored upside down",
    "transposed", "turned 90", "transversed", "turned 270"};

std::string name_of(const DuplicateFile& file) { return source_name(file.path, file.member); }

Json to_json(const DuplicateFile& file, DuplicateKind kind, bool is_keeper) {
  Json json{{"path", name_of(file)},
            {"id", to_string(file.picture)},
            {"width", file.size.width},
            {"height", file.size.height},
            {"bytes", file.file_bytes}};
  if (kind == DuplicateKind::kNear && !is_keeper) {
    json["turn"] = kTurnNames.at(file.turn);
    json["phash_distance"] = file.phash_distance;
    json["dhash_distance"] = file.dhash_distance;
  }
  return json;
}

Json to_json(const DuplicateFiles& group) {
  Json members = Json::array();
  for (const DuplicateFile& member : group.members) {
    members.push_back(to_json(member, group.kind, false));
  }
  return {{"kind", group.kind == DuplicateKind::kExact ? "exact" : "near"},
          {"keeper", to_json(group.keeper, group.kind, true)},
          {"members", members}};
}

void print_group(const DuplicateFiles& group) {
  const bool exact = group.kind == DuplicateKind::kExact;
  fmt::print("{} keep  {}  {} x {}\n", exact ? "exact" : "near ", name_of(group.keeper),
             group.keeper.size.width, group.keeper.size.height);
  for (const DuplicateFile& member : group.members) {
    fmt::print("             {}  {} x {}", name_of(member), member.size.width, member.size.height);
    if (!exact) {
      fmt::print("  {}, {} + {} bits apart", kTurnNames.at(member.turn), member.phash_distance,
                 member.dhash_distance);
    }
    fmt::print("\n");
  }
}

// What the library believes and the disk does not, which no group names.
void say_left_out(const Context& context, const DuplicatesReport& report) {
  constexpr std::string_view kRemedy =
      "albumen index over the folder that holds or held them brings it up to date";
  if (report.not_found > 0) {
    say(context, "left out: {} that the library knows and that {} not there; {}",
        counted(report.not_found, "file", "files"), report.not_found == 1 ? "is" : "are", kRemedy);
  }
  if (report.changed > 0) {
    say(context, "left out: {} changed since {} indexed; {}",
        counted(report.changed, "file", "files"), report.changed == 1 ? "it was" : "they were",
        kRemedy);
  }
}

Result<ExitCode> run(const Context& context, const DuplicatesFlags& flags) {
  const std::string source = flags.sources.empty() ? "" : flags.sources.front();
  const auto library = TRY(open_library(context, {.source = source}));
  DuplicatesQuery query{.limits = flags.limits, .roots = {}};
  for (const std::string& path : flags.sources) {
    query.roots.push_back(TRY(absolute_path(path)));
  }
  const auto report = TRY(find_duplicates(*library, query, context.signals.token()));
  const std::vector<DuplicateFiles>& groups = report.groups;
  std::uint64_t members = 0;
  for (const DuplicateFiles& group : groups) {
    members += group.members.size();
    if (context.options.json) {
      fmt::print("{}\n", to_json(group).dump());
    } else {
      print_group(group);
    }
  }
  if (context.options.json) {
    const Json summary{{"groups", groups.size()},
                       {"duplicates", members},
                       {"not_found", report.not_found},
                       {"changed", report.changed}};
    fmt::print("{}\n", Json{{"summary", summary}}.dump());
  } else {
    fmt::print("{}, {} beside {}; nothing was changed\n", counted(groups.size(), "group", "groups"),
               counted(members, "file", "files"),
               groups.size() == 1 ? "its keeper" : "their keepers");
  }
  say_left_out(context, report);
  return ExitCode::kSuccess;
}

}  // namespace

void add_duplicates_command(CommandTable& table) {
  const auto flags = std::make_shared<DuplicatesFlags>();
  CLI::App* command = table.add(nullptr, "duplicates",
                                "Find pictures that are there twice, also turned or mirrored",
                                [flags](const Context& context) { return run(context, *flags); });
  command->group("Use");
  command->add_option("sources", flags->sources, "Only groups with a file below these");
  command->add_option("--phash", flags->limits.phash, "Bits of pHash that may differ (default 6)")
      ->check(CLI::Range(0, 15));
  command->add_option("--dhash", flags->limits.dhash, "Bits of dHash that may differ (default 10)")
      ->check(CLI::Range(0, 32));
}

}  // namespace albumen
