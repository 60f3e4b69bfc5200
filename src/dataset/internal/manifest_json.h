// SPDX-License-Identifier: Apache-2.0
// Rows of manifests out of JSON that was parsed already: a journal has them inside its lines.
#pragma once

#include <nlohmann/json.hpp>

#include "core/result.h"
#include "dataset/manifest.h"

namespace albumen {

/// As parse_manifest_row.
Result<ManifestRow> manifest_row_of(const nlohmann::json& json);

}  // namespace albumen
