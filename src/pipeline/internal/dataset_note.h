// SPDX-License-Identifier: Apache-2.0
// What a row of the manifest says of a picture beside what became of it. Tested by
// dataset_picture_test.cpp and dataset_raw_test.cpp.
#pragma once

#include <string>

#include "decode/decoder.h"
#include "pipeline/internal/dataset_output.h"

namespace albumen {

/// What a picture is made from, where that is not all that its file has; empty: all of it.
/// `copied`: the file itself, with all its frames.
std::string note_on(const ImageInfo& info, bool copied);

/// The same of one that was made, and how much of it was there.
std::string note_on(const ImageInfo& info, const WrittenOutput& written);

}  // namespace albumen
