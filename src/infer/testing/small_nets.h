// SPDX-License-Identifier: Apache-2.0
// Nets that tests make up: written as OpenVINO IR, so that everything behind the file is real.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace albumen::testing {

/// An output that does not depend on the picture: `values` in `shape`.
struct FixedOutput {
  std::string name;
  std::vector<std::size_t> shape;
  std::vector<float> values;
};

/// Writes PATH (.xml) and its .bin: input [1,3,height,width], the given outputs.
void write_fixed_net(const std::string& path, std::size_t width, std::size_t height,
                     const std::vector<FixedOutput>& outputs);

/// Writes a net of any batch: input [N,3,side,side]; output "embedding" [N,3] is the mean of each
/// channel, in the order of the net's input.
void write_mean_net(const std::string& path, std::size_t side);

}  // namespace albumen::testing
