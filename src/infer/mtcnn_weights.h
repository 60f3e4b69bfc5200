// SPDX-License-Identifier: Apache-2.0
// Reads the weights of the three MTCNN nets from the files of the PyPI package mtcnn 1.0.0: an LZ4
// frame around a joblib dump (a pickle with raw arrays between its parts). No pickle is executed:
// the arrays' shapes are known, their places are found by the marks that joblib puts before them.
// Tested by mtcnn_weights_test.cpp; fuzzed by fuzz/mtcnn_model_fuzzer.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace albumen {

enum class MtcnnNet : std::uint8_t { kProposal, kRefine, kOutput };

/// Largest file and largest content that is looked at; the real ones stay below 1.6 MB.
inline constexpr Bytes kMtcnnFileLimit = kMiB * 4;

/// One array as Keras stores it: convolutions [height][width][in][out], dense [in][out].
struct WeightArray {
  std::vector<std::size_t> shape;
  std::vector<float> values;  ///< row-major, product of `shape` many, all finite
};

/// All arrays of `net` in the order of the file. Errors: Truncated when the frame or an array ends
/// early; Corrupt when the frame is broken, an array is not where it must be, a value is not
/// finite, or bytes are left over; TooLarge above kMtcnnFileLimit.
Result<std::vector<WeightArray>> read_mtcnn_weights(std::span<const std::byte> file, MtcnnNet net);

/// The part behind the LZ4 frame: the decompressed joblib dump. For tests and the fuzzer.
Result<std::vector<WeightArray>> read_mtcnn_dump(std::span<const std::byte> dump, MtcnnNet net);

}  // namespace albumen
