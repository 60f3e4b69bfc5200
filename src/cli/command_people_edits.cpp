// SPDX-License-Identifier: Apache-2.0
// `albumen people name|merge|split|keep-apart|undo|regroup`: what a human says about who is who,
// and how strictly faces are grouped.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <fmt/core.h>
#include <functional>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/edit_list.h"
#include "cli/internal/engine_flags.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/progress_line.h"
#include "cli/internal/run_summary.h"
#include "cli/internal/standard_output.h"
#include "cli/internal/summary_text.h"
#include "cli/progress_view.h"
#include "infer/model_store.h"
#include "pipeline/people_run.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

struct EditFlags {
  GroupingFlags grouping;
  double wait_seconds = 0;
  std::string person;
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::string name;
  std::optional<std::uint64_t> undone;
};

using Flags = std::shared_ptr<EditFlags>;

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

Result<Session> open_session(const Context& context, const EditFlags& flags) {
  Session session;
  session.library = TRY(open_library(
      context,
      {.mode = LibraryMode::kWrite, .wait_seconds = flags.wait_seconds, .must_exist = true}));
  session.budget = std::make_unique<Budget>(TRY(chosen_budget(context.options)));
  session.writer = TRY(session.library->writer());
  const std::string embedder = TRY(embedder_in_use(*session.library));
  const PeopleOptions last = TRY(last_people_options(*session.library));
  const auto comparison = TRY(comparison_of(embedder));
  session.options = people_options(last, flags.grouping, embedder, comparison);
  session.options.threads = chosen_threads(context.options);
  return session;
}

// `work` groups under the options that it is given; meanwhile people are told of how many faces.
template <typename Work>
auto while_telling(const Context& context, const Session& session, const Work& work) {
  std::atomic<std::uint64_t> faces = 0;
  PeopleOptions options = session.options;
  options.counted = [&faces](std::uint64_t count) { faces = count; };
  const auto began = std::chrono::steady_clock::now();
  const auto line = [&](std::size_t columns) {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
    return grouping_text(faces, passed.count()).substr(0, columns);
  };
  // Programs wait for the one object.
  const auto mode = context.options.json ? ProgressView::Mode::kOff : progress_mode(context);
  const ProgressView view{mode, line};
  return work(options);
}

// Whom an edit was about, as they are now: of a merge, whose name stays; of a split, the new ids.
void print_concerned(std::vector<PersonRow> persons) {
  constexpr std::size_t kShown = 5;
  std::ranges::stable_sort(persons, std::ranges::greater{},
                           [](const PersonRow& person) { return person.faces.size(); });
  for (std::size_t index = 0; index < std::min(kShown, persons.size()); ++index) {
    const PersonRow& person = persons[index];
    fmt::print("  {}  {}, {}{}\n", person.id, person.name.empty() ? "no name" : person.name,
               counted(person.faces.size(), "face", "faces"),
               person.tentative ? " (tentative)" : "");
  }
  if (persons.size() > kShown) {
    fmt::print("  and {} more\n", human_count(persons.size() - kShown));
  }
}

Result<ExitCode> edit(const Context& context, const EditFlags& flags, const EditRequest& request) {
  Session session = TRY(open_session(context, flags));
  const auto [number, people, undone, persons] =
      TRY(while_telling(context, session, [&](const PeopleOptions& options) {
        return apply_edit(*session.library, *session.writer, request, options, *session.budget,
                          context.signals.token());
      }));
  say_without_pairs(people);
  if (context.options.json) {
    Json line{{"edit", number}, {"people", people.people}};
    if (undone) {
      line["undoes"] = undone->id;
    }
    line["persons"] = Json::array();
    for (const PersonRow& person : persons) {
      line["persons"].push_back({{"person", person.id},
                                 {"name", person.name.empty() ? Json() : Json(person.name)},
                                 {"faces", person.faces.size()},
                                 {"tentative", person.tentative}});
    }
    fmt::print("{}\n", line.dump());
    return ExitCode::kSuccess;
  }
  if (undone) {
    fmt::print("edit {} taken back: {}\n", undone->id, words_of(*undone));
  }
  fmt::print("edit {}; {} now; albumen people undo {} takes it back\n", number,
             counted(people.people, "person", "people"), number);
  print_concerned(persons);
  return ExitCode::kSuccess;
}

Result<ExitCode> regroup(const Context& context, const EditFlags& flags) {
  Session session = TRY(open_session(context, flags));
  session.options.afresh = true;
  const auto summary = TRY(while_telling(context, session, [&](const PeopleOptions& options) {
    return group_people(*session.library, *session.writer, options, *session.budget,
                        context.signals.token());
  }));
  if (!summary.known) {
    return fail(ErrorCode::kNotFound, "no faces were looked for yet; run albumen index first");
  }
  if (context.options.json) {
    put_line(Json{{"people", summary.people},
                  {"tentative", summary.tentative},
                  {"faces", summary.faces},
                  {"left_behind", summary.left_behind}}
                 .dump());
    return ExitCode::kSuccess;
  }
  const GroupedPeople people{
      .counts = summary,
      .least_faces = session.options.least_faces,
      .faces_found = static_cast<std::uint64_t>(TRY(session.library->counts()).faces)};
  fmt::print("{} {}\n", counted(summary.people, "person", "people"), origin_text(people));
  say_left_behind(summary.left_behind);
  say_without_pairs(summary);
  return ExitCode::kSuccess;
}

// Beside the operands.
void add_shared_flags(CLI::App& command, EditFlags& flags) {
  add_wait_flag(command, flags.wait_seconds);
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
    if (request.left.empty() && kind != EditKind::kUndo) {
      request.left = {flags->person};
    }
    return edit(context, *flags, request);
  });
  add_operands(*command);
  add_shared_flags(*command, *flags);
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
  add_edit_command(table, group, flags, "split",
                   "Take faces out of their person: they are somebody else", EditKind::kSplit,
                   [flags](CLI::App& command) {
                     command
                         .add_option("faces", flags->first,
                                     "Ids of faces, as on a contact sheet, and if you like of the "
                                     "person that they leave")
                         ->required();
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
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
      });
}

}  // namespace

void add_people_edit_commands(CommandTable& table, CLI::App* group) {
  const auto flags = std::make_shared<EditFlags>();
  add_edit_commands(table, group, flags);
  CLI::App* command =
      table.add(group, "regroup", "Group all faces again, under all edits",
                [flags](const Context& context) { return regroup(context, *flags); });
  add_shared_flags(*command, *flags);
}

}  // namespace albumen
