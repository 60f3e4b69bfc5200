// SPDX-License-Identifier: Apache-2.0
#include "infer/model_card.h"

#include <algorithm>
#include <fmt/core.h>

#include "infer/internal/card_reader.h"

namespace albumen {
namespace {

constexpr std::array<NamedValue<ModelRole>, 2> kRoles = {
    {{"face-detector", ModelRole::kFaceDetector}, {"face-embedder", ModelRole::kFaceEmbedder}}};

constexpr std::array<NamedValue<ModelFormat>, 4> kFormats = {
    {{"mtcnn-package", ModelFormat::kMtcnnPackage},
     {"dlib-net", ModelFormat::kDlibNet},
     {"onnx", ModelFormat::kOnnx},
     {"openvino-ir", ModelFormat::kOpenvinoIr}}};

constexpr std::array<NamedValue<OutputLayout>, 4> kLayouts = {
    {{"mtcnn", OutputLayout::kMtcnn},
     {"yunet", OutputLayout::kYunet},
     {"scrfd", OutputLayout::kScrfd},
     {"embedding", OutputLayout::kEmbedding}}};

constexpr std::array<NamedValue<ChannelOrder>, 2> kOrders = {
    {{"rgb", ChannelOrder::kRgb}, {"bgr", ChannelOrder::kBgr}}};

constexpr std::array<NamedValue<Metric>, 2> kMetrics = {
    {{"cosine", Metric::kCosine}, {"euclidean", Metric::kEuclidean}}};

template <class Value, std::size_t kCount>
std::string_view name_in(const std::array<NamedValue<Value>, kCount>& names, Value value) {
  return std::ranges::find(names, value, &NamedValue<Value>::value)->name;
}

// Side of nets and chips, in pixels. Strides of detectors reach 32.
constexpr NumberRange kSides{.least = 16, .most = 4096};
constexpr NumberRange kFileBytes{.least = 1, .most = static_cast<double>(kModelFileLimit.count())};
constexpr NumberRange kMeans{.least = -1024, .most = 1024};
constexpr NumberRange kScales{.least = 1e-4, .most = 1e4};
constexpr NumberRange kShares{.least = 0, .most = 1};
constexpr NumberRange kDimensions{.least = 2, .most = 4096};
constexpr NumberRange kDistances{.least = 0, .most = 2};
// Grouping takes no more (people/grouping.h): a cosine distance of 0.5 is a Euclidean one of 1.
constexpr NumberRange kSameCosine{.least = 1e-3, .most = 0.5};
constexpr NumberRange kSameEuclidean{.least = 1e-3, .most = 1};
constexpr std::size_t kMostFiles = 8;

bool is_plain_name(std::string_view name, bool upper_case) {
  const auto allowed = [upper_case](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
           (upper_case && c >= 'A' && c <= 'Z');
  };
  return !name.empty() && name.size() <= 64 && name.front() != '.' &&
         std::ranges::all_of(name, allowed);
}

Result<ModelFile> read_file(CardTable table) {
  ModelFile file;
  file.name = TRY(table.text("name"));
  if (!is_plain_name(file.name, true)) {
    return table.refuse("name", "must be a plain file name of [A-Za-z0-9._-]");
  }
  file.sha256 =
      TRY_CONTEXT(parse_sha256(TRY(table.text("sha256"))), "sha256 of \"" + file.name + '"');
  file.bytes = Bytes{static_cast<std::uint64_t>(TRY(table.integer("bytes", kFileBytes)))};
  TRY(table.expect_no_more());
  return file;
}

Result<std::vector<ModelFile>> read_files(CardTable& card) {
  std::vector<ModelFile> files;
  for (CardTable& table : TRY(card.tables("files", kMostFiles))) {
    files.push_back(TRY(read_file(std::move(table))));
    const auto same_name = [&files](const ModelFile& other) {
      return &other != &files.back() && other.name == files.back().name;
    };
    if (std::ranges::any_of(files, same_name)) {
      return card.refuse("files", "names a file twice");
    }
  }
  return files;
}

Result<Licence> read_licence(CardTable table) {
  Licence licence;
  licence.name = TRY(table.text("name"));
  licence.from = TRY(table.text("from"));
  licence.text = TRY(table.text_or("text", ""));
  TRY(table.expect_no_more());
  return licence;
}

Result<std::array<float, 3>> read_channels(CardTable& table, std::string_view key,
                                           NumberRange range) {
  const std::vector<double> values = TRY(table.numbers(key, 3, range));
  return std::array{static_cast<float>(values[0]), static_cast<float>(values[1]),
                    static_cast<float>(values[2])};
}

Result<ModelInput> read_input(CardTable table, OutputLayout layout) {
  ModelInput input;
  if (layout != OutputLayout::kMtcnn) {
    input.size.width = static_cast<std::uint32_t>(TRY(table.integer("width", kSides)));
    input.size.height = static_cast<std::uint32_t>(TRY(table.integer("height", kSides)));
  }
  input.channels = TRY(table.choice("channels", kOrders));
  input.mean = TRY(read_channels(table, "mean", kMeans));
  input.scale = TRY(read_channels(table, "scale", kScales));
  const bool has_strides = layout == OutputLayout::kYunet || layout == OutputLayout::kScrfd;
  if (has_strides && (input.size.width % 32 != 0 || input.size.height % 32 != 0)) {
    return table.refuse("width", "and height must be multiples of 32 for this layout");
  }
  TRY(table.expect_no_more());
  return input;
}

Result<AlignmentTemplate> read_alignment(CardTable table) {
  AlignmentTemplate alignment;
  alignment.chip_side = static_cast<std::uint32_t>(TRY(table.integer("chip_side", kSides)));
  const NumberRange inside{.least = 0, .most = static_cast<double>(alignment.chip_side)};
  const std::vector<double> points = TRY(table.numbers("points", 10, inside));
  for (std::size_t index = 0; index < alignment.points.size(); ++index) {
    alignment.points[index] = {.x = static_cast<float>(points[2 * index]),
                               .y = static_cast<float>(points[2 * index + 1])};
  }
  const Point left_eye = alignment.points[0];
  const Point right_eye = alignment.points[1];
  if (right_eye.x - left_eye.x < 1) {
    return table.refuse("points", "must have the left eye at least one pixel left of the right");
  }
  TRY(table.expect_no_more());
  return alignment;
}

Result<Comparison> read_comparison(CardTable table) {
  Comparison comparison;
  comparison.dimensions = static_cast<std::uint32_t>(TRY(table.integer("dimensions", kDimensions)));
  comparison.metric = TRY(table.choice("metric", kMetrics));
  const NumberRange same = comparison.metric == Metric::kCosine ? kSameCosine : kSameEuclidean;
  comparison.same_person = static_cast<float>(TRY(table.number("same_person", same)));
  const std::vector<double> eps = TRY(table.numbers("eps", 2, kDistances));
  if (eps[0] > eps[1]) {
    return table.refuse("eps", "must be a range, least first");
  }
  comparison.eps_min = static_cast<float>(eps[0]);
  comparison.eps_max = static_cast<float>(eps[1]);
  TRY(table.expect_no_more());
  return comparison;
}

Result<void> read_role_parts(CardTable& table, ModelCard& card) {
  const bool embeds = card.role == ModelRole::kFaceEmbedder;
  if (embeds != (card.layout == OutputLayout::kEmbedding)) {
    return table.refuse("layout", "does not fit the role");
  }
  if (!embeds) {
    card.min_score = static_cast<float>(TRY(table.number("min_score", kShares)));
    return {};
  }
  card.alignment = TRY(read_alignment(TRY(table.table("alignment"))));
  card.comparison = TRY(read_comparison(TRY(table.table("comparison"))));
  const Size chip{.width = card.alignment->chip_side, .height = card.alignment->chip_side};
  if (card.input.size != chip) {
    return table.refuse("alignment", "must have the chip_side of the input");
  }
  return {};
}

// The files each format needs; the names of MTCNN's nets are how they are told apart.
Result<void> check_files(const CardTable& table, const ModelCard& card) {
  const auto has = [&card](std::string_view name) {
    return std::ranges::find(card.files, name, &ModelFile::name) != card.files.end();
  };
  const bool mtcnn = card.layout == OutputLayout::kMtcnn;
  if (mtcnn != (card.format == ModelFormat::kMtcnnPackage)) {
    return table.refuse("format", "and layout \"mtcnn\" need each other");
  }
  if (mtcnn) {
    const bool complete =
        card.files.size() == 3 && has("pnet.lz4") && has("rnet.lz4") && has("onet.lz4");
    return complete ? Result<void>{}
                    : table.refuse("files", "must be pnet.lz4, rnet.lz4 and onet.lz4");
  }
  const std::size_t wanted = card.format == ModelFormat::kOpenvinoIr ? 2 : 1;
  if (card.files.size() != wanted) {
    return table.refuse("files", fmt::format("must be {} of this format", wanted));
  }
  if (wanted == 2) {
    const std::string_view first = card.files[0].name;
    const std::string stem(first.substr(0, first.rfind('.')));
    if (!has(stem + ".xml") || !has(stem + ".bin")) {
      return table.refuse("files", "must be a .xml and a .bin of one name");
    }
  }
  return {};
}

}  // namespace

std::string_view name_of(ModelRole role) { return name_in(kRoles, role); }

std::string_view name_of(OutputLayout layout) { return name_in(kLayouts, layout); }

std::string_view name_of(ChannelOrder order) { return name_in(kOrders, order); }

std::string_view name_of(Metric metric) { return name_in(kMetrics, metric); }

Result<ModelCard> parse_model_card(std::string_view toml, std::string_view name) {
  if (toml.size() > kModelCardLimit.count()) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("model card {}: larger than {}", name, to_string(kModelCardLimit)));
  }
  CardTable table = TRY(CardTable::parse(toml, name));
  ModelCard card;
  card.name = TRY(table.text("name"));
  if (!is_plain_name(card.name, false)) {
    return table.refuse("name", "must be 1 to 64 characters of [a-z0-9._-], no leading dot");
  }
  card.description = TRY(table.text_or("description", ""));
  card.role = TRY(table.choice("role", kRoles));
  card.format = TRY(table.choice("format", kFormats));
  card.layout = TRY(table.choice("layout", kLayouts));
  card.package = TRY(table.text("package"));
  card.licence = TRY(read_licence(TRY(table.table("licence"))));
  card.files = TRY(read_files(table));
  TRY(check_files(table, card));
  card.input = TRY(read_input(TRY(table.table("input")), card.layout));
  TRY(read_role_parts(table, card));
  TRY(table.expect_no_more());
  return card;
}

std::string digest_of(const ModelCard& card) {
  // Raised when the converter gives other numbers for the same files.
  constexpr int kConverterVersion = 1;
  std::string text =
      fmt::format("converter={}\nlayout={}\n", kConverterVersion, name_of(card.layout));
  for (const ModelFile& file : card.files) {
    text += fmt::format("file={} {}\n", file.name, to_string(file.sha256));
  }
  const ModelInput& input = card.input;
  text += fmt::format("input={}x{} {} {} {} {} {} {} {}\n", input.size.width, input.size.height,
                      name_of(input.channels), input.mean[0], input.mean[1], input.mean[2],
                      input.scale[0], input.scale[1], input.scale[2]);
  if (card.alignment.has_value()) {
    text += fmt::format("chip={}", card.alignment->chip_side);
    for (const Point& point : card.alignment->points) {
      text += fmt::format(" {},{}", point.x, point.y);
    }
  }
  return to_string(sha256(std::as_bytes(std::span(text))));
}

Result<ModelCard> built_in_card(std::string_view name) {
  const auto cards = built_in_cards();
  const auto found = std::ranges::find(cards, name, &BuiltInCard::name);
  if (found == cards.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("no built-in model is called \"{}\"", name));
  }
  return parse_model_card(found->toml, found->name);
}

}  // namespace albumen
