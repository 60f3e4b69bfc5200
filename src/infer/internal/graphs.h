// SPDX-License-Identifier: Apache-2.0
// Weights to OpenVINO models, out of operations of its opsets. Input "input": f32 NCHW, RGB,
// already normalised; the batch is dynamic. Outputs by name, as the model cards say.
// These functions throw what OpenVINO throws; internal/convert.cpp catches it.
#pragma once

#include <memory>
#include <openvino/core/model.hpp>
#include <span>

#include "core/result.h"
#include "infer/dlib_weights.h"
#include "infer/mtcnn_weights.h"

namespace albumen {

/// P-Net takes any height and width and gives maps "reg" [N,4,h,w] and "prob" [N,2,h,w]; R-Net
/// takes 24x24, O-Net 48x48: "reg" [N,4], "prob" [N,2] and, of O-Net, "landmarks" [N,10].
/// REQUIRES: `weights` as read_mtcnn_weights gave them for the same `net`.
std::shared_ptr<ov::Model> build_mtcnn(MtcnnNet net, std::span<const WeightArray> weights);

/// 150x150 to "embedding" [N,128], not normalised.
std::shared_ptr<ov::Model> build_dlib(const DlibNet& net);

}  // namespace albumen
