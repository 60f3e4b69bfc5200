// SPDX-License-Identifier: Apache-2.0
// `albumen people list|show|edits|export`: who is who. What is said about it:
// command_people_edits.cpp.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/edit_list.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/run_summary.h"
#include "cli/internal/standard_output.h"
#include "cli/internal/summary_text.h"
#include "cli/internal/text_check.h"
#include "cli/progress_view.h"
#include "decode/longtail.h"
#include "exporters/people_folders.h"
#include "files/face_id.h"
#include "files/path_text.h"
#include "pipeline/people_run.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

struct PeopleFlags {
  bool tentative = false;
  std::string person;
  std::vector<std::string> people;
  std::string directory;
  std::string placement = "copy";
};

using Flags = std::shared_ptr<PeopleFlags>;

Json to_json(const PersonRow& person) {
  Json faces = Json::array();
  for (const FaceKey& face : person.faces) {
    faces.push_back(to_string(face));
  }
  return {{"person", person.id},
          {"name", person.name.empty() ? Json() : Json(person.name)},
          {"tentative", person.tentative},
          {"faces", person.faces.size()},
          {"best_face", person.best_face ? Json(to_string(*person.best_face)) : Json()},
          {"spread", person.spread},
          {"face_ids", faces}};
}

void print_person(const PersonRow& person) {
  fmt::print("{:16} {:>6}  {:14} {:.3f}  {}{}\n", person.id, human_count(person.faces.size()),
             person.best_face ? short_face_id(*person.best_face) : "-", person.spread,
             person.name.empty() ? "-" : person.name, person.tentative ? " (tentative)" : "");
}

// Who is tentative; nothing where nobody knows how people were grouped.
Result<std::optional<std::uint64_t>> least_faces_of(const Library& library) {
  const auto grouping = TRY(library.grouping());
  return grouping ? std::optional{static_cast<std::uint64_t>(grouping->least_faces)} : std::nullopt;
}

Result<ExitCode> list(const Context& context, const PeopleFlags& flags) {
  const auto library = TRY(open_library(context, {}));
  auto people = TRY(library->people());
  // Most faces first; the ids, in whose order they come, decide between equals.
  std::ranges::sort(people, [](const PersonRow& a, const PersonRow& b) {
    return a.faces.size() != b.faces.size() ? a.faces.size() > b.faces.size() : a.id < b.id;
  });
  std::uint64_t hidden = 0;
  if (!context.options.json) {
    fmt::print("{:16} {:>6}  {:14} {:5}  {}\n", "person", "faces", "best face", "spread", "name");
  }
  for (const PersonRow& person : people) {
    if (context.options.json) {
      fmt::print("{}\n", to_json(person).dump());
    } else if (person.tentative && !flags.tentative) {
      ++hidden;
    } else {
      print_person(person);
    }
  }
  if (hidden > 0) {
    fmt::print("and {} {}; --tentative shows them\n", human_count(hidden),
               seldom_seen(TRY(least_faces_of(*library))));
  }
  return ExitCode::kSuccess;
}

Result<ExitCode> show(const Context& context, const PeopleFlags& flags) {
  const auto library = TRY(open_library(context, {}));
  const PersonRow person = TRY(find_person(TRY(library->people()), flags.person));
  if (context.options.json) {
    TRY(check_people_settled(*library));
    fmt::print("{}\n", to_json(person).dump());
    return ExitCode::kSuccess;
  }
  print_person(person);
  TRY(check_people_settled(*library));
  TRY(library->for_each_picture({}, [&](const PictureRow& row) -> Result<void> {
    for (std::size_t index = 0; row.faces && index < row.faces->size(); ++index) {
      const FaceRow& face = row.faces->at(index);
      if (face.person == person.id) {
        const FaceKey key{.picture = row.picture->id, .index = static_cast<std::uint32_t>(index)};
        fmt::print("  {:14} {:>5.0f} px  {:.2f}  {}\n", short_face_id(key), face.where.box.width,
                   face.where.score, source_name(row.file.path, row.file.member));
      }
    }
    return {};
  }));
  return ExitCode::kSuccess;
}

Result<ExitCode> edits(const Context& context) {
  const auto library = TRY(open_library(context, {}));
  Budget budget{TRY(chosen_budget(context.options))};
  const auto history = TRY(edit_history(*library, budget));
  if (context.options.json) {
    print_edits_json(history);
  } else {
    print_edits(history, TRY(library->people()));
  }
  return ExitCode::kSuccess;
}

// What else became of the folders, each behind a semicolon.
std::string further(const PeopleFoldersReport& report) {
  std::string text;
  if (report.copied > 0) {
    text += fmt::format("; {} copied, since no hard link to {} can be made there",
                        counted(report.copied, "picture", "pictures"),
                        report.copied == 1 ? "it" : "them");
  }
  if (report.sheets_kept > 0) {
    text += fmt::format("; {} of before {}, since no face can be drawn now",
                        counted(report.sheets_kept, "contact sheet", "contact sheets"),
                        report.sheets_kept == 1 ? "stays" : "stay");
  }
  if (report.removed > 0) {
    text += fmt::format("; {} removed, not belonging any more",
                        counted(report.removed, "file", "files"));
  }
  return text;
}

void print_export(const Context& context, const PeopleFoldersReport& report,
                  const std::string& directory) {
  for (const PlacementFailure& failure : report.failures) {
    put_notice(to_string(failure.error));
  }
  for (const std::string& path : report.spared) {
    put_notice(
        fmt::format("{}: stays beside what is written now: it was changed, or its picture was not "
                    "found anywhere else",
                    path_to_text(path)));
  }
  if (context.options.json) {
    put_line(Json{{"people", report.people},
                  {"pictures", report.pictures},
                  {"copied", report.copied},
                  {"sheets", report.sheets},
                  {"sheets_kept", report.sheets_kept},
                  {"removed", report.removed},
                  {"spared", report.spared.size()},
                  {"failed", report.failures.size()},
                  {"out", path_to_text(directory)}}
                 .dump());
  } else {
    fmt::print("{}, {}, {} in {}{}\n", counted(report.people, "person", "people"),
               counted(report.pictures, "picture", "pictures"),
               counted(report.sheets, "contact sheet", "contact sheets"), path_to_text(directory),
               further(report));
  }
}

Result<ExitCode> export_folders(const Context& context, const PeopleFlags& flags) {
  const auto library = TRY(open_library(context, {}));
  PeopleFoldersOptions options{.directory = flags.directory,
                               .placement = Placement::kCopy,
                               .tentative = flags.tentative,
                               .people = {},
                               .still_settled = [&] { return check_people_settled(*library); }};
  if (flags.placement == "hardlink") {
    options.placement = Placement::kHardLink;
  } else if (flags.placement == "symlink") {
    options.placement = Placement::kSymlink;
  }
  TRY(check_people_settled(*library));  // else everybody's pictures would seem to be gone
  const auto people = TRY(library->people());
  for (const std::string& word : flags.people) {
    options.people.push_back(TRY(find_person(people, word)).id);
  }
  const auto longtail = installed_longtail(1, context.signals.token());
  options.longtail = longtail.get();
  const std::uint64_t left_behind = TRY(pictures_left_behind(*library));
  options.keeps_earlier = left_behind > 0;
  SourceReader reader;
  Budget budget{TRY(chosen_budget(context.options))};
  const auto report =
      TRY(export_people_folders(*library, reader, options, budget, context.signals.token()));
  print_export(context, report, flags.directory);
  if (left_behind > 0) {
    say_left_behind(left_behind);
    put_notice("so nothing of an earlier export was removed");
  }
  return report.failures.empty() ? ExitCode::kSuccess : ExitCode::kSomeFailed;
}

void add_reading_commands(CommandTable& table, CLI::App* group, const Flags& flags) {
  const std::string tentative_help =
      "Also those seen fewer times than a person needs (--least-faces)";
  CLI::App* command = table.add(group, "list", "People with faces, best face, spread and name",
                                [flags](const Context& context) { return list(context, *flags); });
  command->add_flag("--tentative", flags->tentative, tentative_help);
  command = table.add(group, "show", "The faces of one person, with their ids",
                      [flags](const Context& context) { return show(context, *flags); });
  command->add_option("person", flags->person, "Id or name")->required();
  table.add(group, "edits", "What was said about people, newest last, with numbers for undo",
            [](const Context& context) { return edits(context); });
  command = table.add(group, "export", "One folder per person with a contact sheet",
                      [flags](const Context& context) { return export_folders(context, *flags); });
  command->add_option("--out", flags->directory, "Folder to write into")
      ->required()
      ->check(not_empty());
  command->add_option("--as", flags->placement, "copy, hardlink or symlink (default copy)")
      ->check(CLI::IsMember({"copy", "hardlink", "symlink"}));
  command->add_flag("--tentative", flags->tentative, tentative_help);
  command->add_option("people", flags->people, "Only these (default: everybody)");
}

}  // namespace

void add_people_commands(CommandTable& table) {
  CLI::App* group = table.add_group("people", "The people in the library");
  group->group("Use");
  add_reading_commands(table, group, std::make_shared<PeopleFlags>());
  add_people_edit_commands(table, group);
}

}  // namespace albumen
