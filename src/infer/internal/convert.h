// SPDX-License-Identifier: Apache-2.0
// Model files as they come to OpenVINO IR files (f32) as they are installed, and the proof that a
// converted net computes what it must.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "core/result.h"
#include "infer/model_card.h"
#include "infer/runtime.h"

namespace albumen {

/// Reads `source` (a file of `card`; a .bin is read together with its .xml) and writes
/// `target_stem`.xml and .bin. Errors: what the readers say of the file, ModelFailed from OpenVINO.
Result<void> convert_model(const ModelCard& card, const std::string& source,
                           const std::string& target_stem);

/// Runs the net at `model_path` on a fixed pattern at f32 and compares to the values that its
/// makers' own code gives; nothing is checked for formats of unknown nets. `stem` tells MTCNN's
/// nets apart. Returns the largest difference. Error: ModelFailed beyond kGoldenTolerance.
Result<float> check_golden(const Runtime& f32_runtime, const ModelCard& card, std::string_view stem,
                           const std::string& model_path);

/// f32 sums in another order differ by 1e-6; a wrong layout by 1e-2.
inline constexpr float kGoldenTolerance = 1e-4F;

}  // namespace albumen
