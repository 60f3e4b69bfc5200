// SPDX-License-Identifier: Apache-2.0
// A user's own model, run once: what does not fit its card shows when it is installed and not in
// the middle of a night. Tested by model_trial_test.cpp.
#pragma once

#include "core/result.h"
#include "infer/model_store.h"
#include "infer/runtime.h"

namespace albumen {

/// Loads `model` as its card says and runs it on a pattern. Errors: ModelFailed where it does not
/// load, gives other outputs than its layout has, gives nothing that can be compared, or gives one
/// chip another vector beside others.
Result<void> try_face_model(const Runtime& runtime, const InstalledModel& model);

}  // namespace albumen
