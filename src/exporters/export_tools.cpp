// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/export_tools.h"

#include <fmt/core.h>
#include <utility>

namespace albumen {

std::optional<ExportManifest> ExportTools::earlier_export(const std::string& folder) const {
  auto manifest = read_manifest(folder);
  return manifest && manifest->library == library ? std::move(manifest) : std::nullopt;
}

void ExportTools::report_spared(const std::string& folder, const ExportedFile& file) const {
  report.spared.push_back(fmt::format("{}/{}", folder, file.name));
}

}  // namespace albumen
