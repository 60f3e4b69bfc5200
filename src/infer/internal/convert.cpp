// SPDX-License-Identifier: Apache-2.0
#include "infer/internal/convert.h"

#include <fmt/core.h>
#include <openvino/core/graph_util.hpp>
#include <openvino/frontend/manager.hpp>
#include <vector>

#include "files/file.h"
#include "files/path_text.h"
#include "infer/internal/graphs.h"

namespace albumen {
namespace {

Result<std::vector<std::byte>> read_whole(const std::string& path, Bytes limit) {
  const FileDescriptor file = TRY(open_for_reading(path));
  const FileStamp stamp = TRY(stamp_of(file, path));
  if (stamp.size_bytes > limit.count()) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a model file of {}; the limit is {}",
                            to_string(Bytes{stamp.size_bytes}), to_string(limit)));
  }
  std::vector<std::byte> bytes(stamp.size_bytes);
  TRY(read_exactly(file, 0, bytes, path));
  return bytes;
}

std::string_view stem_of(std::string_view path) {
  const std::string_view name = last_component(path);
  return name.substr(0, name.rfind('.'));
}

MtcnnNet net_of(std::string_view stem) {
  if (stem == "pnet") {
    return MtcnnNet::kProposal;
  }
  return stem == "rnet" ? MtcnnNet::kRefine : MtcnnNet::kOutput;
}

// Names the reader: left to choose, OpenVINO tries all of them, and some print what they think.
std::shared_ptr<ov::Model> read_by(const std::string& source, const std::string& framework) {
  ov::frontend::FrontEndManager readers;
  const auto reader = readers.load_by_framework(framework);
  return reader->convert(reader->load(source));
}

Result<std::shared_ptr<ov::Model>> read_source(const ModelCard& card, const std::string& source) {
  switch (card.format) {
    case ModelFormat::kMtcnnPackage: {
      const MtcnnNet net = net_of(stem_of(source));
      const std::vector<std::byte> bytes = TRY(read_whole(source, kMtcnnFileLimit));
      return build_mtcnn(net, TRY(read_mtcnn_weights(bytes, net)));
    }
    case ModelFormat::kDlibNet: {
      const std::vector<std::byte> bytes = TRY(read_whole(source, kDlibFileLimit));
      return build_dlib(TRY(read_dlib_net(bytes)));
    }
    case ModelFormat::kOnnx:
      return read_by(source, "onnx");
    case ModelFormat::kOpenvinoIr:
      return read_by(source, "ir");
  }
  return fail(ErrorCode::kInternal, "unknown model format");
}

}  // namespace

Result<void> convert_model(const ModelCard& card, const std::string& source,
                           const std::string& target_stem) {
  constexpr bool kKeepF32 = false;  // halving the weights moves dlib's vectors by 0.0008
  try {
    const std::shared_ptr<ov::Model> model = TRY(read_source(card, source));
    ov::save_model(model, target_stem + ".xml", kKeepF32);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kModelFailed, fmt::format("OpenVINO: {}", error.what()));
  }
  return {};
}

}  // namespace albumen
