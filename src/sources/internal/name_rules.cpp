// SPDX-License-Identifier: Apache-2.0
#include "sources/internal/name_rules.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <fnmatch.h>
#include <utility>

#include "core/ascii_case.h"
#include "files/file_names.h"
#include "files/path_text.h"
#include "sources/source.h"

namespace albumen {
namespace {

struct KnownName {
  std::string_view name;  // in lower case
  std::string_view reason;
};

constexpr std::array kKnownNames{
    KnownName{".albumen", kOwnFolderReason},
    KnownName{"__macosx", "macOS metadata"},
    KnownName{".ds_store", "macOS metadata"},
    KnownName{"thumbs.db", "Windows metadata"},
    KnownName{"ehthumbs.db", "Windows metadata"},
    KnownName{"desktop.ini", "Windows metadata"},
    KnownName{"$recycle.bin", "Windows metadata"},
    KnownName{"system volume information", "Windows metadata"},
    KnownName{"@eadir", "Synology metadata"},
};

constexpr std::array<std::string_view, 13> kArchiveExtensions{
    ".zip", ".cbz",  ".tar",    ".cbt", ".tar.gz",  ".tgz", ".tar.bz2",
    ".tbz", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst"};

// ZIPs made by old Windows programs separate with backslashes.
bool is_separator(char letter) { return letter == '/' || letter == '\\'; }

// Calls `visit` with each component of `path` until it returns true; returns whether it did.
template <class Visit>
bool any_component(std::string_view path, const Visit& visit) {
  while (!path.empty()) {
    const auto* const end = std::ranges::find_if(path, is_separator);
    const auto length = static_cast<std::size_t>(end - path.begin());
    if (visit(path.substr(0, length))) {
      return true;
    }
    path.remove_prefix(std::min(length + 1, path.size()));
  }
  return false;
}

}  // namespace

std::optional<std::string_view> metadata_reason(std::string_view basename) {
  for (const KnownName& known : kKnownNames) {
    if (equals_ignoring_case(basename, known.name)) {
      return known.reason;
    }
  }
  if (basename.starts_with("._")) {
    return "macOS metadata";
  }
  if (basename.starts_with(".") && basename != ".") {  // "./a.jpg" is a name in some archives
    return "hidden";
  }
  return std::nullopt;
}

Result<NameRules> NameRules::create(std::vector<std::string> excludes) {
  for (std::string& glob : excludes) {
    // "cache/" means the folder, whose path is met without the slash.
    while (glob.ends_with('/')) {
      glob.pop_back();
    }
    if (glob.empty() || glob.find('\0') != std::string::npos) {
      return fail(ErrorCode::kInvalidArgument,
                  "a glob to exclude must have at least one character and no zero byte");
    }
  }
  return NameRules{std::move(excludes)};
}

NameRules NameRules::that_keep_all() {
  NameRules rules{{}};
  rules.keep_all_ = true;
  return rules;
}

bool NameRules::excluded(const std::string& relative_path) const {
  const std::string basename{last_component(relative_path)};
  return std::ranges::any_of(excludes_, [&](const std::string& glob) {
    return ::fnmatch(glob.c_str(), relative_path.c_str(), 0) == 0 ||
           ::fnmatch(glob.c_str(), basename.c_str(), 0) == 0;
  });
}

std::optional<std::string_view> NameRules::skip_reason(const std::string& relative_path) const {
  if (keep_all_) {
    return std::nullopt;
  }
  if (const auto reason = metadata_reason(last_component(relative_path))) {
    return reason;
  }
  return excluded(relative_path) ? std::optional{kExcludedReason} : std::nullopt;
}

std::optional<std::string_view> NameRules::member_skip_reason(const std::string& member) const {
  if (keep_all_) {
    return std::nullopt;
  }
  std::optional<std::string_view> reason;
  any_component(member, [&reason](std::string_view component) {
    reason = metadata_reason(component);
    return reason.has_value();
  });
  if (reason.has_value()) {
    return reason;
  }
  // A glob that matches a folder of the member leaves out the member, as in a walk.
  for (auto slash = member.find('/'); !excludes_.empty() && slash != std::string::npos;
       slash = member.find('/', slash + 1)) {
    if (excluded(member.substr(0, slash))) {
      return kExcludedReason;
    }
  }
  return excluded(member) ? std::optional{kExcludedReason} : std::nullopt;
}

Result<void> check_member_name(std::string_view member) {
  if (member.empty()) {
    return fail(ErrorCode::kCorrupt, "the member has no name");
  }
  if (member.size() > kMaxMemberName) {
    return fail(ErrorCode::kTooLarge, fmt::format("the member's name has {} bytes, the limit is {}",
                                                  member.size(), kMaxMemberName));
  }
  if (member.find('\0') != std::string_view::npos) {
    return fail(ErrorCode::kCorrupt, "the member's name has a zero byte");
  }
  if (is_separator(member.front()) || has_drive_letter(member)) {
    return fail(ErrorCode::kCorrupt, "the member's name is an absolute path");
  }
  if (any_component(member, [](std::string_view component) { return component == ".."; })) {
    return fail(ErrorCode::kCorrupt, "the member's name leads out of the archive with \"..\"");
  }
  return {};
}

std::string shortened_name(std::string name) {
  constexpr std::string_view kMore = "...";
  if (name.size() <= kMaxMemberName) {
    return name;
  }
  std::string cut = cut_to(std::move(name), kMaxMemberName - kMore.size());
  cut += kMore;
  return cut;
}

bool named_like_archive(std::string_view name) {
  return std::ranges::any_of(kArchiveExtensions, [name](std::string_view extension) {
    return name.size() >= extension.size() &&
           equals_ignoring_case(name.substr(name.size() - extension.size()), extension);
  });
}

}  // namespace albumen
