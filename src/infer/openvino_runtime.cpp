// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/core.h>
#include <openvino/core/version.hpp>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <utility>

#include "files/path_text.h"
#include "infer/internal/openvino_network.h"
#include "infer/runtime.h"

namespace albumen {
namespace {

class OpenvinoRuntime final : public Runtime {
 public:
  OpenvinoRuntime(ov::Core core, ov::AnyMap properties, Precision precision)
      : core_(std::move(core)), properties_(std::move(properties)), precision_(precision) {}

  [[nodiscard]] Result<std::unique_ptr<Network>> load(
      const std::string& path, const NetworkOptions& options) const override {
    return load_openvino_network(core_, path, options, properties_)
        .with_context(path_to_text(path));
  }

  [[nodiscard]] Precision precision() const override { return precision_; }

  [[nodiscard]] std::string description() const override {
    const std::string build = ov::get_openvino_version().buildNumber;
    return fmt::format("OpenVINO {} on the CPU, {}", build.substr(0, build.find('-')),
                       name_of(precision_));
  }

 private:
  mutable ov::Core core_;  // internally locked; OpenVINO does not say const
  const ov::AnyMap properties_;
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

}  // namespace

Result<std::unique_ptr<Runtime>> make_openvino_runtime(const RuntimeOptions& options) {
  const Precision precision = options.precision.value_or(precision_of_this_processor());
  try {
    ov::Core core;
    if (!options.compiled_cache.empty()) {
      core.set_property(ov::cache_dir(options.compiled_cache));
    }
    core.get_versions("CPU");  // opens the plugin, so that a missing one is an error here
    return std::make_unique<OpenvinoRuntime>(std::move(core), properties_for(options, precision),
                                             precision);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kModelFailed, fmt::format("OpenVINO does not start: {}", error.what()));
  }
}

}  // namespace albumen
