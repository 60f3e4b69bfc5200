// SPDX-License-Identifier: Apache-2.0
// `albumen models`: which models are there, with sha256 and licence; install and verify them.

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/standard_output.h"
#include "cli/internal/summary_text.h"
#include "files/file.h"
#include "files/path_text.h"
#include "files/sha256.h"
#include "infer/model_card.h"
#include "infer/model_store.h"
#include "pipeline/engine.h"

namespace albumen {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShortDigest = 12;

struct InstallFlags {
  std::vector<std::string> names;
  std::string card;
};

Result<ModelStore> user_store() { return ModelStore{TRY(ModelStore::default_directory())}; }

Json to_json(const InstalledModel& model) {
  Json files = Json::array();
  for (const ModelFile& file : model.files) {
    files.push_back(
        {{"name", file.name}, {"bytes", file.bytes.count()}, {"sha256", to_string(file.sha256)}});
  }
  return {{"name", model.card.name},
          {"role", name_of(model.card.role)},
          {"description", model.card.description},
          {"licence", model.card.licence.name},
          {"licence_from", model.card.licence.from},
          {"package", model.card.package},
          {"digest", model.digest},
          {"directory", path_to_text(model.directory)},
          {"files", files}};
}

void print_model(const InstalledModel& model) {
  fmt::print("{:16} {:14} {}  {}\n", model.card.name, name_of(model.card.role),
             model.digest.substr(0, kShortDigest), model.card.description);
  fmt::print("                 licence {}: {}\n", model.card.licence.name, model.card.licence.from);
  for (const ModelFile& file : model.files) {
    fmt::print("                 {}  {}  {}\n", to_string(file.sha256), file.name,
               to_string(file.bytes));
  }
}

// Nothing of its model but that no file of it has changed.
void print_unaltered(const InstalledModel& model) {
  Bytes total;
  for (const ModelFile& file : model.files) {
    total += file.bytes;
  }
  fmt::print("{:16} unaltered: {}, {}\n", model.card.name,
             counted(model.files.size(), "file", "files"), to_string(total));
}

// `list` and `verify` are one walk: opening a model hashes every file of it.
template <typename Print>
ExitCode print_models(const Context& context, const ModelStore& store,
                      const std::vector<std::string>& names, const Print& print) {
  ExitCode code = ExitCode::kSuccess;
  for (const std::string& name : names) {
    const auto model = store.open(name);
    if (model) {
      print(*model);
      continue;
    }
    code = ExitCode::kSomeFailed;
    if (context.options.json) {
      fmt::print("{}\n", Json{{"name", name}, {"error", to_string(model.error())}}.dump());
    } else {
      fmt::print("{:16} {}\n", name, to_string(model.error()));
    }
  }
  return code;
}

constexpr std::string_view kNoModel =
    "no model is installed; albumen models install makes those that come with it";

Result<ExitCode> list_models(const Context& context) {
  const ModelStore store = TRY(user_store());
  const auto names = TRY(store.list());
  if (names.empty() && !context.options.json && !context.options.quiet) {
    put_notice(kNoModel);
  }
  return print_models(context, store, names, [&](const InstalledModel& model) {
    if (context.options.json) {
      fmt::print("{}\n", to_json(model).dump());
    } else {
      print_model(model);
    }
  });
}

Result<ExitCode> verify_models(const Context& context) {
  const ModelStore store = TRY(user_store());
  const auto names = TRY(store.list());
  if (names.empty()) {
    put_notice(kNoModel);
    return ExitCode::kSomeFailed;  // whoever asks wants to index next
  }
  return print_models(context, store, names, [&](const InstalledModel& model) {
    if (context.options.json) {
      Json json = to_json(model);
      json["checked"] = "unaltered";
      fmt::print("{}\n", json.dump());
    } else {
      print_unaltered(model);
    }
  });
}

Result<Installation> install_file(const ModelStore& store, const std::string& file,
                                  const std::string& card_path) {
  const std::string card = TRY(read_small_file(card_path, kModelCardLimit));
  const std::string path = TRY(absolute_path(file));
  return install_own(store, card, path_to_text(card_path), std::string{folder_of(path)});
}

void print_installation(const Context& context, const Installation& installation,
                        const std::string& checked) {
  if (context.options.json) {
    Json json = to_json(installation.model);
    json["checked"] = checked;
    put_line(json.dump());
    return;
  }
  print_model(installation.model);
  if (!installation.model.card.licence.text.empty()) {
    fmt::print("                 {}\n", installation.model.card.licence.text);
  }
  fmt::print("                 {}\n", checked);
}

Result<ExitCode> install(const Context& context, const InstallFlags& flags) {
  const ModelStore store = TRY(user_store());
  if (!flags.card.empty()) {
    if (flags.names.size() != 1) {
      return fail(ErrorCode::kInvalidArgument,
                  "--card goes with the one model file that it describes");
    }
    const Installation installation = TRY(install_file(store, flags.names.front(), flags.card));
    print_installation(context, installation,
                       "converted, and run once: its outputs are what the card says");
    return ExitCode::kSuccess;
  }
  std::vector<std::string> names = flags.names;
  if (names.empty()) {
    for (const BuiltInCard& card : built_in_cards()) {
      names.emplace_back(card.name);
    }
  }
  for (const std::string& name : names) {
    const Installation installation = TRY(install_built_in(store, name));
    print_installation(
        context, installation,
        fmt::format("converted and checked; largest difference to its makers' values {:.2g}",
                    installation.golden_difference));
  }
  return ExitCode::kSuccess;
}

}  // namespace

void add_models_commands(CommandTable& table) {
  CLI::App* group = table.add_group("models", "The models that find and recognise faces");
  group->group("Care");
  table.add(group, "list", "Installed models with role, licence and sha256", list_models);
  table.add(group, "verify", "Hash every file of every model again", verify_models);
  const auto flags = std::make_shared<InstallFlags>();
  CLI::App* command =
      table.add(group, "install", "Install the default models, or one of your own with its card",
                [flags](const Context& context) { return install(context, *flags); });
  command->add_option("models", flags->names,
                      "Names of built-in models, or the file of your own (default: all built-in)");
  command->add_option("--card", flags->card, "The card (TOML) that describes your own model");
}

}  // namespace albumen
