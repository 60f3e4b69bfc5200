// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/core.h>
#include <openvino/core/version.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <utility>

#include "files/path_text.h"
#include "infer/inference_threads.h"
#include "infer/internal/openvino_network.h"
#include "infer/runtime.h"

namespace albumen {
namespace {

class OpenvinoRuntime final : public Runtime {
 public:
  OpenvinoRuntime(ov::Core core, CompileOptions compile, Precision precision)
      : core_(std::move(core)), compile_(std::move(compile)), precision_(precision) {}

  [[nodiscard]] Result<std::unique_ptr<Network>> load(
      const std::string& path, const NetworkOptions& options) const override {
    const InferenceThreadScope scope;
    return load_openvino_network(core_, path, options, compile_).with_context(path_to_text(path));
  }

  [[nodiscard]] Precision precision() const override { return precision_; }

  [[nodiscard]] std::string description() const override {
    const std::string build = ov::get_openvino_version().buildNumber;
    return fmt::format("OpenVINO {} on the CPU, {}", build.substr(0, build.find('-')),
                       name_of(precision_));
  }

 private:
  mutable ov::Core core_;  // internally locked; OpenVINO does not say const
  const CompileOptions compile_;
  const Precision precision_;
};

// One thread inside each inference, as many streams as workers: a worker runs its net on its own
// thread. OpenVINO lowers both to the number of cores; workers beyond that take turns.
ov::AnyMap properties_for(const RuntimeOptions& options, Precision precision) {
  const auto workers = static_cast<int>(std::clamp(options.workers, 1U, 1024U));
  return {ov::hint::inference_precision(precision == Precision::kBf16 ? ov::element::bf16
                                                                      : ov::element::f32),
          ov::num_streams(workers), ov::inference_num_threads(workers),
          // Pinning would nail the workers to the first cores, also in a container of few.
          ov::hint::enable_cpu_pinning(false)};
}

// Everything but the net that a compiled net depends on.
std::string cache_key(ov::Core& core, const RuntimeOptions& options, Precision precision) {
  return fmt::format("{} {} {}", core.get_property("CPU", ov::device::full_name), options.workers,
                     name_of(precision));
}

}  // namespace

Result<std::unique_ptr<Runtime>> make_openvino_runtime(const RuntimeOptions& options) {
  const Precision precision = options.precision.value_or(precision_of_this_processor());
  const InferenceThreadScope scope;
  try {
    ov::Core core;
    core.get_versions("CPU");  // opens the plugin, so that a missing one is an error here
    CompileOptions compile{.properties = properties_for(options, precision),
                           .cache_folder = options.compiled_cache,
                           .cache_key = cache_key(core, options, precision)};
    return std::make_unique<OpenvinoRuntime>(std::move(core), std::move(compile), precision);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kModelFailed, fmt::format("OpenVINO does not start: {}", error.what()));
  }
}

}  // namespace albumen
