// SPDX-License-Identifier: Apache-2.0
#include "infer/internal/compiled_cache.h"

#include <cstring>
#include <fmt/core.h>
#include <fmt/ranges.h>
#include <openvino/core/version.hpp>
#include <sstream>
#include <vector>

#include "files/file.h"
#include "files/path_text.h"
#include "files/sha256.h"

namespace albumen {
namespace {

// Before the compiled net: its digest.
constexpr std::size_t kDigestBytes = sizeof(Sha256Digest::bytes);

// Name, size and time of a file; the store has hashed it already when it was opened.
Result<std::string> stamp_text(const std::string& path) {
  const FileStamp stamp = TRY(stamp_of(TRY(open_for_reading(path)), path));
  return fmt::format("{} {} {} {}\n", path, stamp.size_bytes, stamp.mtime_ns, stamp.ctime_ns);
}

Result<std::string> key_of(const std::string& model_path, const NetworkOptions& options,
                           const std::string& properties) {
  const ModelInput& input = options.input;
  std::string key = fmt::format(
      "{}\n{}\n{}x{} {} {} {} {}\n", ov::get_openvino_version().buildNumber, properties,
      input.size.width, input.size.height, name_of(input.channels), fmt::join(input.mean, ","),
      fmt::join(input.scale, ","), fmt::join(options.batches, ","));
  key += TRY(stamp_text(model_path));
  if (model_path.ends_with(".xml")) {
    key += TRY(stamp_text(model_path.substr(0, model_path.size() - 4) + ".bin"));
  }
  return key;
}

Result<std::vector<std::byte>> read_checked(const std::string& path) {
  const FileDescriptor file = TRY(open_for_reading(path));
  const std::uint64_t size = TRY(stamp_of(file, path)).size_bytes;
  if (size <= kDigestBytes || size > kModelFileLimit.count()) {
    return fail(ErrorCode::kCorrupt, "not a compiled net");
  }
  Sha256Digest expected;
  TRY(read_exactly(file, 0, expected.bytes, path));
  std::vector<std::byte> bytes(size - kDigestBytes);
  TRY(read_exactly(file, kDigestBytes, bytes, path));
  if (sha256(bytes) != expected) {
    return fail(ErrorCode::kCorrupt, "the compiled net was altered");
  }
  return bytes;
}

Result<void> write_checked(const std::string& path, std::span<const std::byte> bytes) {
  const Sha256Digest digest = sha256(bytes);
  TRY(make_directories(std::string{folder_of(path)}));
  AtomicFile file = TRY(AtomicFile::create(path));
  TRY(file.write(digest.bytes));
  TRY(file.write(bytes));
  return file.commit();
}

}  // namespace

std::string compiled_path(const std::string& folder, const std::string& model_path,
                          const NetworkOptions& options, const std::string& properties) {
  if (folder.empty()) {
    return "";
  }
  const auto key = key_of(model_path, options, properties);
  return key.has_value()
             ? fmt::format("{}/{}.net", folder, to_string(sha256(std::as_bytes(std::span(*key)))))
             : "";
}

std::optional<ov::CompiledModel> load_compiled(ov::Core& core, const std::string& path,
                                               const ov::AnyMap& properties) {
  auto bytes = read_checked(path);
  if (!bytes.has_value()) {
    return std::nullopt;
  }
  try {
    std::istringstream stream(
        std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
    return core.import_model(stream, "CPU", properties);
  } catch (const std::exception&) {
    return std::nullopt;  // another OpenVINO's, or for another processor
  }
}

void store_compiled(ov::CompiledModel& compiled, const std::string& path) {
  std::ostringstream stream;
  compiled.export_model(stream);
  const std::string bytes = std::move(stream).str();
  // NOLINTNEXTLINE(bugprone-unused-return-value): a cache that cannot be written only costs time
  (void)write_checked(path, std::as_bytes(std::span(bytes)));
}

}  // namespace albumen
