// SPDX-License-Identifier: Apache-2.0
// The inference library, loaded once per process. Thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/result.h"
#include "infer/network.h"

namespace albumen {

struct RuntimeOptions {
  /// Threads that will run contexts at the same time; each runs its net alone, on itself.
  unsigned workers = 1;
  /// Nothing: precision_of_this_processor().
  std::optional<Precision> precision;
  /// Folder for compiled nets; empty: none are kept.
  std::string compiled_cache;
};

class Runtime {
 public:
  virtual ~Runtime() = default;

  /// Loads an installed model (.xml with its .bin, or .onnx). Errors: ModelFailed.
  [[nodiscard]] virtual Result<std::unique_ptr<Network>> load(
      const std::string& path, const NetworkOptions& options) const = 0;

  [[nodiscard]] virtual Precision precision() const = 0;

  /// "OpenVINO 2026.4.1 on the CPU, bf16": for `doctor` and the runs table.
  [[nodiscard]] virtual std::string description() const = 0;
};

/// OpenVINO on the CPU. Its plugin is opened here, not at program start. Errors: ModelFailed, with
/// OpenVINO's words, when the plugin is missing.
Result<std::unique_ptr<Runtime>> make_openvino_runtime(const RuntimeOptions& options);

}  // namespace albumen
