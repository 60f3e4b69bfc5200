// SPDX-License-Identifier: Apache-2.0
// What a taken-over decoder might try; for the sandbox's test and the program that it runs.
#pragma once

#include <cstdint>

namespace albumen {

/// Added to LongtailRequestKind::kFirstEscape.
enum class Escape : std::uint16_t {
  kOpenFile,
  kMakeSocket,
  kRunProgram,
  kMakeProcess,
  kSignalParent,
  kMapCode,
  kRaiseLimits,
  kListFolder,
  kTraceParent,
  kMakeMemoryFile,
  kUseThread,   ///< no escape: must succeed
  kTakeMemory,  ///< more than any picture may
  kSpin,
};

}  // namespace albumen
