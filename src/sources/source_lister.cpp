// SPDX-License-Identifier: Apache-2.0
#include "sources/source_lister.h"

#include <cerrno>
#include <fmt/core.h>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <variant>

#include "files/path_text.h"
#include "sources/internal/container_kind.h"
#include "sources/internal/directory_walk.h"
#include "sources/internal/name_rules.h"
#include "sources/internal/tar_listing.h"
#include "sources/internal/zip_listing.h"

namespace albumen {
namespace {

// Makes each path absolute and keeps the first of equal ones, in place.
Result<void> normalise(std::vector<std::string>& sources, NamedPaths& named) {
  std::size_t kept = 0;
  for (std::string& source : sources) {
    source = TRY_CONTEXT(absolute_path(source), "source");
    if (named.contains(source)) {
      continue;
    }
    if (&sources[kept] != &source) {
      sources[kept] = std::move(source);
    }
    named.insert(sources[kept++]);
  }
  sources.resize(kept);
  return {};
}

SourceEvent problem(const std::string& path, Error error) {
  return SourceProblem{.path = path, .member = {}, .error = std::move(error)};
}

// At the places of its members, any number of threads read an archive at once; a compressed one has
// no such places.
Error compressed(ContainerKind kind, const std::string& path) {
  const std::string_view unpacker = unpacker_of(kind);
  return Error{.code = ErrorCode::kUnsupported,
               .message = fmt::format("{}: is an archive compressed by {}, whose members cannot be "
                                      "read one by one: unpack it first ({} -d)",
                                      path_to_text(path), unpacker, unpacker)};
}

}  // namespace

class SourceLister::State {
 public:
  static Result<std::unique_ptr<State>> create(std::vector<std::string> sources,
                                               SourceOptions options) {
    auto rules = TRY(NameRules::create(std::move(options.excludes)));
    auto state = std::make_unique<State>(std::move(rules), options);
    state->sources_ = std::move(sources);
    TRY(normalise(state->sources_, state->named_));
    return state;
  }

  State(NameRules rules, const SourceOptions& options)
      : rules_(std::move(rules)),
        limits_(options.archive_limits),
        walk_(rules_, named_, options.named_exports) {}

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::optional<SourceEvent> next(const StopToken& stop) {
    while (!stop.stop_requested()) {
      if (auto event = next_of_open_source(stop)) {
        return event;
      }
      if (next_source_ < sources_.size()) {
        if (auto event = open_source(sources_[next_source_++], stop)) {
          return event;
        }
      } else if (!stop.stop_requested() && !walk_.add_linked_folders()) {
        return std::nullopt;
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<SourceEvent> next_of_open_source(const StopToken& stop) {
    if (std::holds_alternative<std::monostate>(archive_)) {
      return walk_.next(stop);
    }
    auto* const zip = std::get_if<ZipListing>(&archive_);
    auto event = zip != nullptr ? zip->next(stop) : std::get<TarListing>(archive_).next(stop);
    if (!event.has_value() && !stop.stop_requested()) {
      archive_ = std::monostate{};
    }
    return event;
  }

  std::optional<SourceEvent> open_source(const std::string& path, const StopToken& stop) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      return problem(path, inspect_failure(errno, path));
    }
    if (S_ISDIR(status.st_mode)) {
      walk_.add_root(path);
      return std::nullopt;
    }
    if (!S_ISREG(status.st_mode)) {
      return problem(path, not_readable(status, path));
    }
    if (rules_.excluded(std::string{last_component(path)})) {
      return SourceSkip{.path = path, .member = {}, .reason = std::string{kExcludedReason}};
    }
    return open_file(path, status, stop);
  }

  std::optional<SourceEvent> open_file(const std::string& path, const struct stat& status,
                                       const StopToken& stop) {
    auto file = open_for_reading(path);
    if (!file.has_value()) {
      return problem(path, std::move(file).error());
    }
    const auto size_bytes = static_cast<std::uint64_t>(status.st_size);
    const auto kind = container_kind_of(*file, size_bytes, path);
    if (!kind.has_value()) {
      return problem(path, kind.error());
    }
    if (*kind == ContainerKind::kZip) {
      return keep(path, ZipListing::open(path, std::move(*file), limits_, rules_, stop));
    }
    if (*kind == ContainerKind::kTar) {
      return keep(path, TarListing::open(path, std::move(*file), limits_, rules_, stop));
    }
    if (*kind != ContainerKind::kNone && named_like_archive(path)) {
      return problem(path, compressed(*kind, path));
    }
    return SourceEntry{.path = path,
                       .member = {},
                       .stamp = stamp_from(status),
                       .encoded_size = Bytes{size_bytes},
                       .location = {}};
  }

  template <class Listing>
  std::optional<SourceEvent> keep(const std::string& path, Result<Listing> listing) {
    if (listing.has_value()) {
      archive_ = *std::move(listing);
      return std::nullopt;
    }
    if (listing.error().code == ErrorCode::kCancelled) {
      return std::nullopt;
    }
    return problem(path, std::move(listing).error());
  }

  std::vector<std::string> sources_;  // absolute, normal, no two equal
  NamedPaths named_;                  // views of sources_
  NameRules rules_;
  ArchiveLimits limits_;
  std::size_t next_source_ = 0;
  DirectoryWalk walk_;
  std::variant<std::monostate, ZipListing, TarListing> archive_;  // while one is listed
};

SourceLister::SourceLister(std::unique_ptr<State> state) : state_(std::move(state)) {}

SourceLister::SourceLister(SourceLister&&) noexcept = default;
SourceLister& SourceLister::operator=(SourceLister&&) noexcept = default;
SourceLister::~SourceLister() = default;

Result<SourceLister> SourceLister::create(std::vector<std::string> sources, SourceOptions options) {
  return SourceLister{TRY(State::create(std::move(sources), std::move(options)))};
}

std::optional<SourceEvent> SourceLister::next(const StopToken& stop) { return state_->next(stop); }

}  // namespace albumen
