// SPDX-License-Identifier: Apache-2.0
#include "exporters/internal/other_folders.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "exporters/internal/export_place.h"

namespace albumen {
namespace {

Result<void> empty_folder(const ExportTools& tools, const std::string& folder,
                          ExportManifest manifest) {
  auto earlier = TRY(EarlierFiles::look(folder, manifest.files, tools.known, tools.stop));
  manifest.files.clear();
  for (const ExportedFile& file : earlier.changed()) {
    tools.report_spared(folder, file);
  }
  for (const ExportedFile& file : earlier.as_written()) {
    TRY(check_stop(tools.stop));
    if (earlier.may_go(file)) {
      TRY(earlier.remove(file));
      ++tools.report.removed;
    } else {
      tools.report_spared(folder, file);
      manifest.files.push_back(file);
    }
  }
  if (TRY(remove_if_empty(folder))) {
    return {};
  }
  return write_manifest(folder, manifest);
}

}  // namespace

Result<void> prune_other_folders(const ExportTools& tools, const std::set<std::string>& chosen) {
  if (tools.options.keeps_earlier) {
    return {};
  }
  const auto& people = tools.options.people;
  const auto names = TRY(names_in(tools.options.directory));
  for (const std::string& name : names) {
    if (chosen.contains(name)) {
      continue;
    }
    const std::string folder = fmt::format("{}/{}", tools.options.directory, name);
    auto manifest = tools.earlier_export(folder);
    const bool is_asked_for =
        manifest && (people.empty() || std::ranges::find(people, manifest->person) != people.end());
    // One that was copied or renamed is somebody's own.
    if (is_asked_for && manifest->folder == name) {
      TRY(empty_folder(tools, folder, *std::move(manifest)));
    }
  }
  return {};
}

}  // namespace albumen
