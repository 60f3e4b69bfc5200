// SPDX-License-Identifier: Apache-2.0
// `albumen bench`: the user's own pictures measured, one step at a time.

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <fmt/core.h>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/internal/command.h"
#include "cli/internal/standard_output.h"
#include "decode/decoder.h"
#include "decode/longtail.h"
#include "files/file.h"
#include "files/path_text.h"
#include "prepare/view.h"
#include "sources/source_lister.h"
#include "sources/source_reader.h"

namespace albumen {
namespace {

struct DecodeBenchFlags {
  std::vector<std::string> sources;
  ViewSpec view{.longest_side = 640, .layout = ViewLayout::kRgb8};
  std::string dump;
};

// A view as binary PPM, "P6 width height 255\n" on one line, for comparing with other programs.
Result<void> dump_view(const View& view, const std::string& path) {
  auto file = TRY(AtomicFile::create(path));
  TRY(file.write(fmt::format("P6 {} {} 255\n", view.pixels.width(), view.pixels.height())));
  TRY(file.write(view.buffer.bytes()));
  return file.commit();
}

// Reads, decodes and views one picture; the time of all three.
Result<std::chrono::duration<double>> time_one(const SourceEntry& entry,
                                               const DecodeBenchFlags& flags, SourceReader& reader,
                                               Budget& budget, const DecodeOptions& options) {
  const std::array specs{flags.view};
  const auto start = std::chrono::steady_clock::now();
  auto job = TRY(budget.reserve(MemoryTag::kPixels, budget.limit(), {}));
  const EncodedImage encoded = TRY(reader.read(entry, job, options.stop));
  const ImageInfo info = TRY(probe(encoded, options));
  const DecodePlan decode_plan = TRY(plan(info, specs, job.size(), options));
  const DecodedImage decoded = TRY(decode(encoded, info, decode_plan, options, job));
  const std::vector<View> views = TRY(make_views(decoded, specs, job));
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (!flags.dump.empty()) {
    TRY(dump_view(views.front(),
                  flags.dump + "/" + std::string{last_component(entry.path)} + ".ppm"));
  }
  return elapsed;
}

Result<ExitCode> bench_decode(const Context& context, const DecodeBenchFlags& flags) {
  Budget budget{TRY(chosen_budget(context.options))};
  SourceReader reader;
  auto lister = TRY(SourceLister::create(flags.sources, {}));
  std::chrono::duration<double> total{};
  std::uint64_t pictures = 0;
  std::uint64_t failed = 0;
  const StopToken stop = context.signals.token();
  const auto longtail = installed_longtail(1, stop);
  const DecodeOptions options{.longtail = longtail.get(), .stop = stop};
  while (auto event = lister.next(stop)) {
    const auto* const entry = std::get_if<SourceEntry>(&*event);
    if (entry == nullptr) {
      continue;
    }
    const auto elapsed = time_one(*entry, flags, reader, budget, options);
    TRY(check_stop(stop));
    if (!elapsed) {
      ++failed;
      put_notice(to_string(elapsed.error()));
      continue;
    }
    total += *elapsed;
    ++pictures;
  }
  const double rate = total.count() > 0 ? static_cast<double>(pictures) / total.count() : 0;
  fmt::print("{}\n", nlohmann::ordered_json{{"images", pictures},
                                            {"failed", failed},
                                            {"seconds", total.count()},
                                            {"images_per_second", rate}}
                         .dump());
  return pictures == 0 ? ExitCode::kNothingUsable
         : failed > 0  ? ExitCode::kSomeFailed
                       : ExitCode::kSuccess;
}

}  // namespace

void add_bench_commands(CommandTable& table) {
  CLI::App* group = table.add_group("bench", "Measure on your own pictures");
  group->group("Care");
  const auto flags = std::make_shared<DecodeBenchFlags>();
  CLI::App* command = table.add(
      group, "decode", "Reading, decoding and resizing on one thread, in images per second",
      [flags](const Context& context) { return bench_decode(context, *flags); });
  command->add_option("sources", flags->sources, "Pictures or folders")->required();
  command->add_option("--longest-side", flags->view.longest_side, "Of the view (default 640)")
      ->check(CLI::Range(1U, 65535U));
  const std::map<std::string, Filter> filters{
      {"area", Filter::kArea}, {"bilinear", Filter::kBilinear}, {"lanczos", Filter::kLanczos3}};
  command->add_option("--filter", flags->view.filter, "area (default), bilinear or lanczos")
      ->transform(CLI::CheckedTransformer(filters).description("{area,bilinear,lanczos}"));
  command
      ->add_option("--oversampling", flags->view.oversampling,
                   "Decode at least this many times the view's sides (default 1)")
      ->check(CLI::Range(1U, 8U));
  command->add_option("--dump", flags->dump,
                      "Also write every view into this folder, as NAME.jpg.ppm");
}

}  // namespace albumen
