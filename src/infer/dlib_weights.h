// SPDX-License-Identifier: Apache-2.0
// Reads dlib's face recognition net (ResNet-29, dlib_face_recognition_resnet_model_v1.dat): its
// serialised layers, checked one by one against the architecture they must have.
// Tested by dlib_weights_test.cpp; fuzzed by fuzz/dlib_model_fuzzer.cpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.h"
#include "core/units.h"

namespace albumen {

/// Largest file that is looked at; the real one has 22,466,066 bytes.
inline constexpr Bytes kDlibFileLimit = kMiB * 32;

/// A convolution and the affine layer after it (a batch norm frozen by training), not yet folded.
struct DlibConvolution {
  std::size_t out_channels = 0;
  std::size_t in_channels = 0;
  std::size_t kernel = 0;  ///< square
  std::size_t stride = 0;
  std::size_t padding = 0;
  std::vector<float> filters;  ///< [out][in][kernel][kernel]
  std::vector<float> biases;   ///< [out]
  std::vector<float> gamma;    ///< [out]
  std::vector<float> beta;     ///< [out]
};

/// One residual block: two convolutions, then the sum with its input (average-pooled 2x2 where
/// the first convolution has stride 2).
struct DlibBlock {
  bool halves = false;
  DlibConvolution first;
  DlibConvolution second;
};

struct DlibNet {
  std::array<float, 3> mean{};  ///< RGB, subtracted before the division by 256
  DlibConvolution stem;
  std::vector<DlibBlock> blocks;  ///< in the order of execution
  std::size_t inputs = 0;         ///< of the last layer
  std::size_t outputs = 0;
  std::vector<float> last;  ///< [inputs][outputs], no bias
};

/// Errors: Truncated where the file ends early; Corrupt where a layer is not the one that must
/// stand there, or bytes are left over; TooLarge above kDlibFileLimit.
Result<DlibNet> read_dlib_net(std::span<const std::byte> file);

}  // namespace albumen
