// SPDX-License-Identifier: Apache-2.0
// `albumen people`: who is who, and what a human says about it.

#include <algorithm>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/edit_list.h"
#include "cli/internal/engine_flags.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/standard_output.h"
#include "cli/progress_view.h"
#include "decode/longtail.h"
#include "exporters/people_folders.h"
#include "files/face_id.h"
#include "files/path_text.h"
#include "infer/model_store.h"
#include "pipeline/people_run.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

struct PeopleFlags {
  GroupingFlags grouping;
  bool tentative = false;
  std::string person;
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::string name;
  std::optional<std::uint64_t> undone;
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
          {"name", person.name},
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
    fmt::print("and {} seen once or twice; --tentative shows them\n", human_count(hidden));
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

// What every command that writes people needs.
struct Session {
  std::unique_ptr<Library> library;
  LibraryWriter* writer = nullptr;  // belongs to library
  std::unique_ptr<Budget> budget;
  PeopleOptions options;
};

// How the vectors of the embedding model `name` are compared; nothing without a model.
Result<std::optional<Comparison>> comparison_of(const std::string& name) {
  if (name.empty()) {
    return std::nullopt;
  }
  if (const auto built_in = built_in_card(name)) {
    return built_in->comparison;
  }
  const ModelStore store{TRY(ModelStore::default_directory())};
  return TRY(store.open(name)).card.comparison;
}

Result<Session> open_session(const Context& context, const PeopleFlags& flags) {
  Session session;
  session.library = TRY(open_library(context, {.mode = LibraryMode::kWrite}));
  session.budget = std::make_unique<Budget>(TRY(chosen_budget(context.options)));
  session.writer = TRY(session.library->writer());
  const std::string embedder = TRY(embedder_in_use(*session.library));
  const PeopleOptions last = TRY(last_people_options(*session.library));
  const auto comparison = TRY(comparison_of(embedder));
  session.options = people_options(last, flags.grouping, embedder, comparison);
  session.options.threads = chosen_threads(context.options);
  return session;
}

Result<ExitCode> edit(const Context& context, const PeopleFlags& flags,
                      const EditRequest& request) {
  Session session = TRY(open_session(context, flags));
  const auto [number, people, undone] =
      TRY(apply_edit(*session.library, *session.writer, request, session.options, *session.budget,
                     context.signals.token()));
  if (context.options.json) {
    Json line{{"edit", number}, {"people", people.people}};
    if (undone) {
      line["undoes"] = undone->id;
    }
    fmt::print("{}\n", line.dump());
    return ExitCode::kSuccess;
  }
  if (undone) {
    fmt::print("edit {} taken back: {}\n", undone->id, words_of(*undone));
  }
  fmt::print("edit {}; {} people now; albumen people undo {} takes it back\n", number,
             human_count(people.people), number);
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

Result<ExitCode> regroup(const Context& context, const PeopleFlags& flags) {
  Session session = TRY(open_session(context, flags));
  session.options.afresh = true;
  const auto summary = TRY(group_people(*session.library, *session.writer, session.options,
                                        *session.budget, context.signals.token()));
  if (!summary.known) {
    return fail(ErrorCode::kNotFound, "no faces were looked for yet; run albumen index first");
  }
  if (context.options.json) {
    put_line(
        Json{{"people", summary.people}, {"tentative", summary.tentative}, {"faces", summary.faces}}
            .dump());
    return ExitCode::kSuccess;
  }
  fmt::print("{} people from {} faces, {} more seen once or twice\n", human_count(summary.people),
             human_count(summary.faces), human_count(summary.tentative));
  return ExitCode::kSuccess;
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
                  {"sheets", report.sheets},
                  {"removed", report.removed},
                  {"spared", report.spared.size()},
                  {"failed", report.failures.size()},
                  {"out", path_to_text(directory)}}
                 .dump());
  } else {
    fmt::print("{} people, {} pictures, {} contact sheets in {}{}\n", human_count(report.people),
               human_count(report.pictures), human_count(report.sheets), path_to_text(directory),
               report.removed > 0 ? fmt::format("; {} files removed that do not belong any more",
                                                human_count(report.removed))
                                  : "");
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
  for (const std::string& word : flags.first) {
    options.people.push_back(TRY(find_person(people, word)).id);
  }
  const auto longtail = installed_longtail(1, context.signals.token());
  options.longtail = longtail.get();
  SourceReader reader;
  Budget budget{TRY(chosen_budget(context.options))};
  const auto report =
      TRY(export_people_folders(*library, reader, options, budget, context.signals.token()));
  print_export(context, report, flags.directory);
  return report.failures.empty() ? ExitCode::kSuccess : ExitCode::kSomeFailed;
}

void add_reading_commands(CommandTable& table, CLI::App* group, const Flags& flags) {
  CLI::App* command = table.add(group, "list", "People with faces, best face, spread and name",
                                [flags](const Context& context) { return list(context, *flags); });
  command->add_flag("--tentative", flags->tentative, "Also those seen once or twice");
  command = table.add(group, "show", "The faces of one person, with their ids",
                      [flags](const Context& context) { return show(context, *flags); });
  command->add_option("person", flags->person, "Id or name")->required();
  table.add(group, "edits", "What was said about people, newest last, with numbers for undo",
            [](const Context& context) { return edits(context); });
  command = table.add(group, "export", "One folder per person with a contact sheet",
                      [flags](const Context& context) { return export_folders(context, *flags); });
  command->add_option("--out", flags->directory, "Folder to write into")->required();
  command->add_option("--as", flags->placement, "copy, hardlink or symlink (default copy)")
      ->check(CLI::IsMember({"copy", "hardlink", "symlink"}));
  command->add_flag("--tentative", flags->tentative, "Also those seen once or twice");
  command->add_option("people", flags->first, "Only these (default: everybody)");
}

void add_flags_over_last_grouping(CLI::App& command, PeopleFlags& flags) {
  add_grouping_flags(command, flags.grouping);
  command.footer(
      "How faces become people is as index or another of these commands grouped them last, "
      "but for the flags given here.");
}

void add_edit_command(CommandTable& table, CLI::App* group, const Flags& flags,
                      const std::string& name, const std::string& description, EditKind kind,
                      const std::function<void(CLI::App&)>& add_operands) {
  CLI::App* command = table.add(group, name, description, [flags, kind](const Context& context) {
    EditRequest request{.kind = kind,
                        .left = flags->first,
                        .right = flags->second,
                        .name = flags->name,
                        .undone = flags->undone};
    if (!flags->person.empty()) {
      request.left = {flags->person};
    }
    return edit(context, *flags, request);
  });
  add_operands(*command);
  add_flags_over_last_grouping(*command, *flags);
}

void add_edit_commands(CommandTable& table, CLI::App* group, const Flags& flags) {
  add_edit_command(
      table, group, flags, "name", "Give a person a name; an empty one takes it away",
      EditKind::kName, [flags](CLI::App& command) {
        command.add_option("person", flags->person, "Id, old name, or a face")->required();
        command.add_option("name", flags->name, "The name")->required();
      });
  add_edit_command(table, group, flags, "merge", "Say that these are one person", EditKind::kMerge,
                   [flags](CLI::App& command) {
                     command.add_option("person", flags->person, "A person or face")->required();
                     command.add_option("others", flags->second, "Persons or faces")->required();
                   });
  add_edit_command(
      table, group, flags, "split", "Take these faces out of their person", EditKind::kSplit,
      [flags](CLI::App& command) {
        command.add_option("faces", flags->first, "Faces, as on a contact sheet")->required();
      });
  add_edit_command(table, group, flags, "keep-apart", "Say that these are never one person",
                   EditKind::kKeepApart, [flags](CLI::App& command) {
                     command.add_option("person", flags->person, "A person or face")->required();
                     command.add_option("others", flags->second, "Persons or faces")->required();
                   });
  add_edit_command(
      table, group, flags, "undo", "Take one edit back", EditKind::kUndo,
      [flags](CLI::App& command) {
        command
            .add_option("edit", flags->undone,
                        "Number of the edit, as people edits lists them (default: the last that "
                        "stands)")
            ->check(CLI::PositiveNumber);
      });
}

}  // namespace

void add_people_commands(CommandTable& table) {
  CLI::App* group = table.add_group("people", "The people in the library");
  group->group("Use");
  const auto flags = std::make_shared<PeopleFlags>();
  add_reading_commands(table, group, flags);
  add_edit_commands(table, group, flags);
  CLI::App* command =
      table.add(group, "regroup", "Group all faces again, under all edits",
                [flags](const Context& context) { return regroup(context, *flags); });
  add_flags_over_last_grouping(*command, *flags);
}

}  // namespace albumen
