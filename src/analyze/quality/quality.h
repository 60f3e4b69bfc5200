// SPDX-License-Identifier: Apache-2.0
// Cheap technical measures of a picture: sharpness, brightness, contrast, clipping.
// Tested by quality_test.cpp.
#pragma once

#include <memory>

#include "analyze/analyzer.h"
#include "core/findings.h"
#include "core/image_view.h"
#include "core/result.h"

namespace albumen {

/// The analyzer that wraps `measure_quality`.
std::unique_ptr<Analyzer> make_quality_analyzer();

/// Measures a grey picture (1 channel). Needs no memory of its own.
/// Error: InvalidArgument for an empty picture or more than one channel.
Result<Quality> measure_quality(ImageView gray);

}  // namespace albumen
