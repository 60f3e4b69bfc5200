// SPDX-License-Identifier: Apache-2.0
// Compiled nets kept on disk, so that the next start need not compile again. OpenVINO has a cache
// of its own, but it holds the weights and believes what it reads; here every entry carries its
// sha256 and anything that does not check is compiled anew.
#pragma once

#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/core.hpp>
#include <optional>
#include <string>

#include "infer/network.h"

namespace albumen {

/// Where the compiled form of a net lies: a name made of everything that it depends on, this
/// processor and OpenVINO's version among it. Empty, and nothing is kept, when `folder` is empty
/// or the model file cannot be read.
std::string compiled_path(const std::string& folder, const std::string& model_path,
                          const NetworkOptions& options, const std::string& properties);

/// The net at `path`, if it is whole. Never an error: what is not usable is not there.
std::optional<ov::CompiledModel> load_compiled(ov::Core& core, const std::string& path,
                                               const ov::AnyMap& properties);

/// Keeps `compiled` at `path`. A cache that cannot be written costs time, not the run.
void store_compiled(ov::CompiledModel& compiled, const std::string& path);

}  // namespace albumen
