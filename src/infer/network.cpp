// SPDX-License-Identifier: Apache-2.0
#include "infer/network.h"

#include <algorithm>
#include <fmt/format.h>

namespace albumen {

std::string_view name_of(Precision precision) {
  return precision == Precision::kBf16 ? "bf16" : "f32";
}

Precision precision_of_this_processor() {
#if defined(__x86_64__)
  // Every processor with AMX-BF16 has this, too.
  return __builtin_cpu_supports("avx512bf16") != 0 ? Precision::kBf16 : Precision::kF32;
#else
  return Precision::kF32;
#endif
}

Result<std::size_t> Network::output_index(std::string_view name) const {
  const auto all = outputs();
  const auto found = std::ranges::find(all, name, &OutputInfo::name);
  if (found == all.end()) {
    return fail(ErrorCode::kModelFailed,
                fmt::format("the net has no output \"{}\"; it has {}", name, describe_outputs()));
  }
  return static_cast<std::size_t>(found - all.begin());
}

std::string Network::describe_outputs() const {
  std::string text;
  for (const OutputInfo& output : outputs()) {
    text += fmt::format("{}{} [{}]", text.empty() ? "" : ", ", output.name,
                        fmt::join(output.shape, ","));
  }
  return text;
}

}  // namespace albumen
