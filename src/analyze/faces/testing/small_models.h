// SPDX-License-Identifier: Apache-2.0
// Small user models of the known layouts, installed like real ones.
#pragma once

#include <string>
#include <vector>

#include "core/result.h"
#include "infer/model_store.h"
#include "infer/testing/small_nets.h"

namespace albumen::testing {

/// Installs a detector of 64x32 pixels out of fixed outputs into the folder.
Result<InstalledModel> install_detector(const std::string& folder, const std::string& layout,
                                        const std::vector<FixedOutput>& outputs);

/// Installs an "embedder" of 112x112 chips whose three dimensions are the mean blue, green and red.
Result<InstalledModel> install_mean_embedder(const std::string& folder);

}  // namespace albumen::testing
