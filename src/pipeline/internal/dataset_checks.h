// SPDX-License-Identifier: Apache-2.0
// What is wrong with a request, said before the first picture. Tested by dataset_run_test.cpp and
// dataset_buckets_test.cpp.
#pragma once

#include "core/result.h"
#include "pipeline/dataset_run.h"

namespace albumen {

/// Error: InvalidArgument, naming the option or the place: a quality, an extension of captions or a
/// combination of flags that is none; a set inside its source, or one that would replace what
/// albumen did not write. Reads names only, and makes nothing.
Result<void> check_dataset_request(const DatasetRequest& request);

}  // namespace albumen
