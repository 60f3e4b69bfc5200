// SPDX-License-Identifier: Apache-2.0
// `albumen doctor`: what this machine can do, what is missing, and why.

#include <array>
#include <fmt/core.h>
#include <fstream>
#include <span>
#include <string_view>

#include "cli/internal/command.h"
#include "cli/internal/library_choice.h"
#include "cli/progress_view.h"
#include "core/version.h"
#include "decode/longtail.h"
#include "files/path_text.h"
#include "govern/machine_memory.h"
#include "infer/model_card.h"
#include "infer/model_store.h"
#include "infer/network.h"
#include "infer/runtime.h"
#include "library/library_path.h"

namespace albumen {
namespace {

void row(std::string_view subject, const std::string& text) {
  fmt::print("{:12} {}\n", subject, text);
}

std::string processor_name() {
  std::ifstream file{"/proc/cpuinfo"};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown processor";
}

std::string processor_features() {
  struct Feature {
    const char* name;
    bool there;
  };

  __builtin_cpu_init();
  const std::array features{Feature{"AVX2", __builtin_cpu_supports("avx2") != 0},
                            Feature{"AVX-512", __builtin_cpu_supports("avx512bw") != 0},
                            Feature{"AVX512-VNNI", __builtin_cpu_supports("avx512vnni") != 0},
                            Feature{"AVX512-BF16", __builtin_cpu_supports("avx512bf16") != 0}};
  std::string text;
  for (const Feature& feature : features) {
    if (feature.there) {
      text += fmt::format("{}{}", text.empty() ? "" : ", ", feature.name);
    }
  }
  return text.empty() ? "no vector extensions beyond SSE" : text;
}

std::string names_of(std::span<const ContentType> types) {
  std::string names;
  for (const ContentType type : types) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name_of(type));
  }
  return names;
}

void check_memory(const Context& context) {
  const auto usable = usable_memory();
  row("memory", usable ? to_string(*usable) + " usable by this process"
                       : std::string{"cannot be read; the default budget assumes 8 GiB"});
  const auto budget = chosen_budget(context.options);
  row("budget", budget ? to_string(*budget) : to_string(budget.error()));
}

bool check_models() {
  const auto directory = ModelStore::default_directory();
  if (!directory) {
    row("models", to_string(directory.error()));
    return false;
  }
  const ModelStore store{*directory};
  bool well = true;
  for (const BuiltInCard& card : built_in_cards()) {
    const auto model = store.open(card.name);
    well = well && model.has_value();
    row("model", fmt::format("{}: {}", card.name,
                             model ? "installed, unaltered, " + model->card.licence.name
                                   : to_string(model.error())));
  }
  if (!well) {
    row("",
        "without these, index with --analyzers hashes,quality; to get them: ./run setup, then "
        "albumen models install");
  }
  return well;
}

// Missing is no fault: it is optional.
void check_formats() {
  row("formats", "JPEG, PNG, WebP; RAW by its embedded JPEG; ZIP and tar archives");
  const auto longtail = installed_longtail(1, {});
  if (longtail == nullptr) {
    row("", fmt::format("HEIF, AVIF, TIFF, GIF and others need {}, which is not there",
                        path_to_text(longtail_beside_this_program())));
    return;
  }
  const auto formats = longtail->formats();
  row("", formats ? fmt::format("{}; by albumen-longtail", names_of(*formats))
                  : to_string(formats.error()));
}

bool check_runtime(const Context& context) {
  RuntimeOptions options;
  options.workers = chosen_threads(context.options);
  const auto runtime = make_openvino_runtime(options);
  row("inference", runtime ? (*runtime)->description() : to_string(runtime.error()));
  return runtime.has_value();
}

bool check_library(const Context& context) {
  const auto inputs = library_path_inputs(
      context.options.library.empty() ? std::nullopt : std::optional{context.options.library},
      std::nullopt);
  const auto path = choose_library_path(inputs);
  if (!path) {
    row("library", to_string(path.error()));
    return false;
  }
  const auto library = open_library(context, {});
  if (!library) {
    const bool none_yet = library.error().code == ErrorCode::kNotFound;
    row("library",
        none_yet ? path_to_text(*path) + ": none yet; index makes it" : to_string(library.error()));
    return none_yet;
  }
  const auto problems = (*library)->integrity_check(context.signals.token());
  if (!problems) {
    row("library", to_string(problems.error()));
    return false;
  }
  row("library", fmt::format("{}: {}", path_to_text((*library)->path()),
                             problems->empty() ? "intact" : problems->front()));
  if (const auto counts = (*library)->counts()) {
    row("", fmt::format("{} pictures, {} faces, {} people, {} failed, {} missing",
                        human_count(static_cast<std::uint64_t>(counts->pictures)),
                        human_count(static_cast<std::uint64_t>(counts->faces)),
                        human_count(static_cast<std::uint64_t>(counts->people)),
                        human_count(static_cast<std::uint64_t>(counts->failed)),
                        human_count(static_cast<std::uint64_t>(counts->missing))));
  }
  return problems->empty();
}

Result<ExitCode> examine(const Context& context) {
  row("albumen", std::string{program_version()});
  row("processor", processor_name());
  row("", fmt::format("{}; {} threads will work; nets run in {}", processor_features(),
                      chosen_threads(context.options), name_of(precision_of_this_processor())));
  check_memory(context);
  check_formats();
  const bool runtime = check_runtime(context);
  const bool models = check_models();
  const bool library = check_library(context);
  return runtime && models && library ? ExitCode::kSuccess : ExitCode::kSomeFailed;
}

}  // namespace

void add_doctor_command(CommandTable& table) {
  table.add(nullptr, "doctor", "What works on this machine, what does not, and why", examine)
      ->group("Care");
}

}  // namespace albumen
