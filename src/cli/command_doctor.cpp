// SPDX-License-Identifier: Apache-2.0
// `albumen doctor`: what this machine can do, what is missing, and why.

#include <CLI/CLI.hpp>
#include <array>
#include <fmt/core.h>
#include <fmt/format.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/internal/command.h"
#include "cli/internal/library_choice.h"
#include "cli/internal/standard_output.h"
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

using Json = nlohmann::ordered_json;

// What was found, for people at once, line by line, and for programs as one object at the end.
class Findings {
 public:
  explicit Findings(const Context& context) : context_(context) {}

  [[nodiscard]] const Context& context() const { return context_; }

  void row(std::string_view subject, const std::string& text) const {
    if (!context_.options.json) {
      put_line(fmt::format("{:12} {}", subject, text));
    }
  }

  [[nodiscard]] Json& json() { return json_; }

 private:
  const Context& context_;  // outlives this
  Json json_;
};

template <class Value>
Json text_of(const Result<Value>& result) {
  return result ? Json{} : Json(to_string(result.error()));
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

std::vector<std::string> processor_features() {
  struct Feature {
    const char* name;
    bool there;
  };

  __builtin_cpu_init();
  const std::array features{Feature{"AVX2", __builtin_cpu_supports("avx2") != 0},
                            Feature{"AVX-512", __builtin_cpu_supports("avx512bw") != 0},
                            Feature{"AVX512-VNNI", __builtin_cpu_supports("avx512vnni") != 0},
                            Feature{"AVX512-BF16", __builtin_cpu_supports("avx512bf16") != 0}};
  std::vector<std::string> names;
  for (const Feature& feature : features) {
    if (feature.there) {
      names.emplace_back(feature.name);
    }
  }
  return names;
}

std::vector<std::string> names_of(std::span<const ContentType> types) {
  std::vector<std::string> names;
  for (const ContentType type : types) {
    names.emplace_back(name_of(type));
  }
  return names;
}

void check_processor(Findings& findings) {
  const std::string processor = processor_name();
  const std::vector<std::string> features = processor_features();
  const unsigned threads = chosen_threads(findings.context().options);
  const std::string_view precision = name_of(precision_of_this_processor());
  findings.row("albumen", std::string{program_version()});
  findings.row("processor", processor);
  findings.row("", fmt::format("{}; {} threads will work; nets run in {}",
                               features.empty() ? "no vector extensions beyond SSE"
                                                : fmt::format("{}", fmt::join(features, ", ")),
                               threads, precision));
  findings.json().update({{"version", program_version()},
                          {"processor", processor},
                          {"processor_features", features},
                          {"threads", threads},
                          {"precision", precision}});
}

void check_memory(Findings& findings) {
  const auto usable = usable_memory();
  findings.row("memory", usable ? to_string(*usable) + " usable by this process"
                                : std::string{"cannot be read; the default budget assumes 8 GiB"});
  const auto budget = chosen_budget(findings.context().options);
  findings.row("budget", budget ? to_string(*budget) : to_string(budget.error()));
  findings.json().update({{"memory_usable", usable ? Json(usable->count()) : Json{}},
                          {"memory_budget", budget ? Json(budget->count()) : text_of(budget)}});
}

bool check_models(Findings& findings) {
  const auto directory = ModelStore::default_directory();
  if (!directory) {
    findings.row("models", to_string(directory.error()));
    findings.json()["models"] = text_of(directory);
    return false;
  }
  const ModelStore store{*directory};
  bool well = true;
  Json models = Json::array();
  for (const BuiltInCard& card : built_in_cards()) {
    const auto model = store.open(card.name);
    well = well && model.has_value();
    models.push_back({{"name", card.name}, {"well", model.has_value()}, {"error", text_of(model)}});
    findings.row("model", fmt::format("{}: {}", card.name,
                                      model ? "installed, unaltered, " + model->card.licence.name
                                            : to_string(model.error())));
  }
  findings.json()["models"] = std::move(models);
  if (!well) {
    findings.row(
        "",
        "without these, index with --analyzers hashes,quality; to get them: ./run setup, then "
        "albumen models install");
  }
  return well;
}

// Missing is no fault: it is optional.
void check_formats(Findings& findings) {
  findings.row("formats", "JPEG, PNG, WebP; RAW by its embedded JPEG; ZIP and tar archives");
  const auto longtail = installed_longtail(1, {});
  if (longtail == nullptr) {
    findings.row("", fmt::format("HEIF, AVIF, TIFF, GIF and others need {}, which is not there",
                                 path_to_text(longtail_beside_this_program())));
    findings.json()["longtail"] = {{"installed", false}};
    return;
  }
  const auto formats = longtail->formats();
  const auto names = formats ? names_of(*formats) : std::vector<std::string>{};
  findings.row("", formats ? fmt::format("{}; by albumen-longtail", fmt::join(names, ", "))
                           : to_string(formats.error()));
  findings.json()["longtail"] = {
      {"installed", true}, {"formats", names}, {"error", text_of(formats)}};
}

bool check_runtime(Findings& findings) {
  RuntimeOptions options;
  options.workers = chosen_threads(findings.context().options);
  const auto runtime = make_openvino_runtime(options);
  const std::string text = runtime ? (*runtime)->description() : to_string(runtime.error());
  findings.row("inference", text);
  findings.json()["inference"] = {{"well", runtime.has_value()}, {"description", text}};
  return runtime.has_value();
}

// What is in the library, and whether it is well.
bool check_contents(Findings& findings, const Library& library) {
  const auto problems = library.integrity_check(findings.context().signals.token());
  const std::string path = path_to_text(library.path());
  Json& json = findings.json()["library"];
  if (!problems) {
    findings.row("library", to_string(problems.error()));
    json = {{"path", path}, {"well", false}, {"error", text_of(problems)}};
    return false;
  }
  const bool well = problems->empty();
  findings.row("library", fmt::format("{}: {}", path, well ? "intact" : problems->front()));
  json = {{"path", path}, {"well", well}, {"problems", *problems}};
  if (const auto counts = library.counts()) {
    findings.row("", fmt::format("{} pictures, {} faces, {} people, {} failed, {} missing",
                                 human_count(static_cast<std::uint64_t>(counts->pictures)),
                                 human_count(static_cast<std::uint64_t>(counts->faces)),
                                 human_count(static_cast<std::uint64_t>(counts->people)),
                                 human_count(static_cast<std::uint64_t>(counts->failed)),
                                 human_count(static_cast<std::uint64_t>(counts->missing))));
    json.update({{"pictures", counts->pictures},
                 {"faces", counts->faces},
                 {"people", counts->people},
                 {"failed", counts->failed},
                 {"missing", counts->missing}});
  }
  return well;
}

bool check_library(Findings& findings) {
  const std::string& chosen = findings.context().options.library;
  const auto inputs =
      library_path_inputs(chosen.empty() ? std::nullopt : std::optional{chosen}, std::nullopt);
  const auto path = choose_library_path(inputs);
  if (!path) {
    findings.row("library", to_string(path.error()));
    findings.json()["library"] = {{"path", nullptr}, {"well", false}, {"error", text_of(path)}};
    return false;
  }
  const auto library = open_library(findings.context(), {});
  if (library) {
    return check_contents(findings, **library);
  }
  const bool none_yet = library.error().code == ErrorCode::kNotFound;
  findings.row("library", none_yet ? path_to_text(*path) + ": none yet; index makes it"
                                   : to_string(library.error()));
  Json& json = findings.json()["library"];
  json = {{"path", path_to_text(*path)}, {"well", none_yet}};
  if (!none_yet) {
    json["error"] = text_of(library);
  }
  return none_yet;
}

Result<ExitCode> examine(const Context& context) {
  Findings findings{context};
  check_processor(findings);
  check_memory(findings);
  check_formats(findings);
  const bool runtime = check_runtime(findings);
  const bool models = check_models(findings);
  const bool library = check_library(findings);
  const bool well = runtime && models && library;
  if (context.options.json) {
    findings.json()["well"] = well;
    put_line(findings.json().dump());
  }
  return well ? ExitCode::kSuccess : ExitCode::kSomeFailed;
}

}  // namespace

void add_doctor_command(CommandTable& table) {
  table.add(nullptr, "doctor", "What works on this machine, what does not, and why", examine)
      ->group("Care");
}

}  // namespace albumen
