// SPDX-License-Identifier: Apache-2.0
// Which damaged pictures a user wants: asked where they are decoded, and of what a library keeps.
#pragma once

namespace albumen {

/// Whether a damaged picture of which the share `complete` (0..1) is there may be used, where at
/// least `percent` of it must be; 100 accepts none.
constexpr bool keeps_damaged(float complete, float percent) {
  return percent < 100.0F && complete * 100.0F >= percent;
}

}  // namespace albumen
