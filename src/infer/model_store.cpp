// SPDX-License-Identifier: Apache-2.0
#include "infer/model_store.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fmt/core.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "files/file.h"
#include "files/path_text.h"
#include "infer/internal/card_reader.h"
#include "infer/internal/convert.h"

namespace albumen {
namespace {

constexpr std::string_view kCardFile = "card.toml";
constexpr std::string_view kRecordFile = "installed.toml";
constexpr std::size_t kMostRecords = 32;

std::string join(std::string_view directory, std::string_view name) {
  return fmt::format("{}/{}", directory, name);
}

std::string_view stem_of(std::string_view name) { return name.substr(0, name.rfind('.')); }

// A card that makes no sense is a model that cannot be used, not a wrong flag.
Result<ModelCard> read_card(std::string_view toml, std::string_view name) {
  auto card = parse_model_card(toml, name);
  if (!card.has_value()) {
    return fail(ErrorCode::kModelFailed, card.error().message);
  }
  return card;
}

// Names the file and both digests; NotFound becomes ModelFailed, for a model without one of its
// files is a broken model.
Result<void> check_file(const std::string& directory, const ModelFile& expected) {
  const std::string path = join(directory, expected.name);
  const auto found = sha256_of_file(path);
  if (!found.has_value()) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("model file {}: {}; expected sha256 {}", path_to_text(path),
                            found.error().message, to_string(expected.sha256)));
  }
  if (*found != expected.sha256) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("model file {} is not the expected one: expected sha256 {}, found {}",
                            path_to_text(path), to_string(expected.sha256), to_string(*found)));
  }
  return {};
}

Result<void> check_source(const std::string& directory, const ModelFile& expected) {
  TRY(check_file(directory, expected));
  const std::string path = join(directory, expected.name);
  const FileDescriptor file = TRY(open_for_reading(path));
  const FileStamp stamp = TRY(stamp_of(file, path));
  if (stamp.size_bytes != expected.bytes.count()) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("model file {} has {} bytes where its card says {}", path_to_text(path),
                            stamp.size_bytes, expected.bytes.count()));
  }
  return {};
}

Result<ModelFile> record_file(const std::string& directory, const std::string& name) {
  const std::string path = join(directory, name);
  const FileDescriptor file = TRY(open_for_reading(path));
  const Sha256Digest digest = TRY(sha256_of_file(path));
  const FileStamp stamp = TRY(stamp_of(file, path));
  return ModelFile{.name = name, .sha256 = digest, .bytes = Bytes{stamp.size_bytes}};
}

std::string record_text(const std::vector<ModelFile>& files) {
  std::string text = "# Written by albumen when the model was installed.\n";
  for (const ModelFile& file : files) {
    text += fmt::format("\n[[files]]\nname = \"{}\"\nsha256 = \"{}\"\nbytes = {}\n", file.name,
                        to_string(file.sha256), file.bytes.count());
  }
  return text;
}

Result<std::vector<ModelFile>> read_record(const std::string& path) {
  constexpr NumberRange kSizes{.least = 0, .most = static_cast<double>(kModelFileLimit.count())};
  const std::string text = TRY(read_small_file(path, kModelCardLimit));
  CardTable record = TRY(CardTable::parse(text, path_to_text(path)));
  std::vector<ModelFile> files;
  for (CardTable& table : TRY(record.tables("files", kMostRecords))) {
    ModelFile file;
    file.name = TRY(table.text("name"));
    if (file.name.find('/') != std::string::npos) {
      return table.refuse("name", "must be a plain file name");
    }
    file.sha256 = TRY(parse_sha256(TRY(table.text("sha256"))));
    file.bytes = Bytes{static_cast<std::uint64_t>(TRY(table.integer("bytes", kSizes)))};
    TRY(table.expect_no_more());
    files.push_back(std::move(file));
  }
  TRY(record.expect_no_more());
  return files;
}

Result<void> write_file(const std::string& path, std::string_view text) {
  AtomicFile file = TRY(AtomicFile::create(path));
  TRY(file.write(text));
  return file.commit();
}

bool is_installed(const std::string& directory) {
  return ::access(join(directory, kRecordFile).c_str(), F_OK) == 0;
}

// A folder that is removed with its contents unless it was moved to its place.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) { remove(); }

  ~TemporaryDirectory() { remove(); }

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

  // Puts the folder under `target`, in place of what stands there.
  Result<void> move_to(const std::string& target) {
    std::error_code error;
    std::filesystem::remove_all(target, error);
    if (!error) {
      std::filesystem::rename(path_, target, error);
    }
    if (error) {
      return fail(ErrorCode::kIo, fmt::format("{}: {}", path_to_text(target), error.message()));
    }
    return {};
  }

 private:
  void remove() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  std::string path_;
};

// The file that is handed to the converter: not the weights beside an .xml.
bool is_converted(const ModelCard& card, const ModelFile& file) {
  return card.format != ModelFormat::kOpenvinoIr || file.name.ends_with(".xml");
}

Result<float> convert_all(const ModelCard& card, const std::string& source_directory,
                          const std::string& target) {
  const auto runtime = TRY(make_openvino_runtime({.precision = Precision::kF32}));
  float difference = 0;
  for (const ModelFile& file : card.files) {
    if (!is_converted(card, file)) {
      continue;
    }
    const std::string stem(stem_of(file.name));
    TRY_CONTEXT(convert_model(card, join(source_directory, file.name), join(target, stem)),
                file.name);
    const float one = TRY(check_golden(*runtime, card, stem, join(target, stem + ".xml")));
    difference = std::max(difference, one);
  }
  return difference;
}

Result<std::vector<ModelFile>> record_all(const ModelCard& card, const std::string& directory) {
  std::vector<ModelFile> files;
  for (const ModelFile& file : card.files) {
    if (is_converted(card, file)) {
      const std::string stem(stem_of(file.name));
      files.push_back(TRY(record_file(directory, stem + ".xml")));
      files.push_back(TRY(record_file(directory, stem + ".bin")));
    }
  }
  files.push_back(TRY(record_file(directory, std::string(kCardFile))));
  return files;
}

}  // namespace

std::string InstalledModel::network_path(std::string_view stem) const {
  return fmt::format("{}/{}.xml", directory, stem);
}

ModelStore::ModelStore(std::string directory) : directory_(std::move(directory)) {}

Result<std::string> ModelStore::default_directory() {
  constexpr std::array kBases = {std::pair{"XDG_CACHE_HOME", "albumen/models"},
                                 std::pair{"HOME", ".cache/albumen/models"}};
  for (const auto& [variable, folder] : kBases) {
    const char* base = std::getenv(variable);
    // The XDG specification: a relative path counts as not set.
    if (base != nullptr && base[0] == '/') {
      return join(base, folder);
    }
  }
  return fail(ErrorCode::kNotFound, "neither XDG_CACHE_HOME nor HOME is set: no place for models");
}

Result<Installation> ModelStore::install(const std::string& card_toml, std::string_view card_name,
                                         const std::string& source_directory,
                                         const ModelTrial& trial) const {
  Installation result;
  ModelCard& card = result.model.card;
  card = TRY(read_card(card_toml, card_name));
  for (const ModelFile& file : card.files) {
    TRY(check_source(source_directory, file));
  }
  TRY(make_directories(directory_));
  TemporaryDirectory temporary(
      fmt::format("{}/.installing-{}-{}", directory_, card.name, static_cast<long>(::getpid())));
  TRY(make_directories(temporary.path()));
  result.golden_difference =
      TRY_CONTEXT(convert_all(card, source_directory, temporary.path()), card.name);
  TRY(write_file(join(temporary.path(), kCardFile), card_toml));
  const std::vector<ModelFile> files = TRY(record_all(card, temporary.path()));
  if (trial) {
    TRY(trial(
        {.card = card, .directory = temporary.path(), .files = files, .digest = digest_of(card)}));
  }
  TRY(write_file(join(temporary.path(), kRecordFile), record_text(files)));
  TRY(temporary.move_to(join(directory_, card.name)));
  result.model = TRY(open(card.name));
  return result;
}

Result<std::vector<std::string>> ModelStore::list() const {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entries(directory_, error);
  if (error == std::errc::no_such_file_or_directory) {
    return names;
  }
  while (!error && entries != std::filesystem::directory_iterator()) {
    const std::string name = entries->path().filename().string();
    // Whatever else may lie there is no model, as `open` has it.
    if (!name.starts_with('.') && is_installed(entries->path().string())) {
      names.push_back(name);
    }
    entries.increment(error);
  }
  if (error) {
    return fail(ErrorCode::kIo, fmt::format("{}: {}", path_to_text(directory_), error.message()));
  }
  std::ranges::sort(names);
  return names;
}

Result<InstalledModel> ModelStore::open(std::string_view name) const {
  InstalledModel model;
  model.directory = join(directory_, name);
  const bool plain = !name.empty() && name.front() != '.' && name.find('/') == name.npos;
  if (!plain || !is_installed(model.directory)) {
    return fail(ErrorCode::kNotFound, fmt::format("model \"{}\" is not installed in {}",
                                                  path_to_text(name), path_to_text(directory_)));
  }
  model.files = TRY(read_record(join(model.directory, kRecordFile)));
  for (const ModelFile& file : model.files) {
    TRY(check_file(model.directory, file));
  }
  const std::string card_path = join(model.directory, kCardFile);
  const std::string card = TRY(read_small_file(card_path, kModelCardLimit));
  model.card = TRY(read_card(card, path_to_text(card_path)));
  model.digest = digest_of(model.card);
  return model;
}

}  // namespace albumen
